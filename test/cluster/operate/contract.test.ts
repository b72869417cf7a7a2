import { describeTargetContract } from '../../../src/targets/testing/contract-suite.ts'
import { useRunningCluster } from '../harness/cluster/use-running-cluster.ts'
import { connectAs, smallFleet, sourceOf, targetOver } from './operator.ts'

const cluster = useRunningCluster({ nodes: [{ name: 'one' }, { name: 'two' }] })
let places = 0

// The real control plane; pods are processes, so that engines and the gateway run by their rendered commands.
describeTargetContract({
  name: 'kubernetes',
  patienceMs: 180_000,
  create: async () => {
    const namespace = `contract-${(places += 1)}`
    const client = await connectAs(cluster(), namespace)
    return {
      target: targetOver(client),
      environment: {},
      source: (replicas) => sourceOf(smallFleet({ namespace, replicas })),
      close: () => client.close(),
    }
  },
})
