import { describeTargetContract } from '../../../src/targets/testing/contract-suite.ts'
import { useRunningCluster } from '../harness/cluster/use-running-cluster.ts'
import { useStandIns } from '../harness/stand-ins/use-stand-ins.ts'
import { connectAs, smallFleet, sourceOf, targetOver } from './operator.ts'

const cluster = useRunningCluster({ nodes: [{ name: 'one' }, { name: 'two' }], definitions: true })
useStandIns(cluster)
let places = 0

// A stand-in makes Deployments of InferenceServices; everything after that is the real control plane, and pods are processes.
describeTargetContract({
  name: 'kserve',
  patienceMs: 180_000,
  // The rest is the operating half’s own, which `contract.test.ts` holds.
  only: ['life', 'secret', 'absent fleet'],
  isConcurrent: true,
  create: async () => {
    const namespace = `contract-${(places += 1)}`
    const client = await connectAs(cluster(), namespace)
    return {
      target: targetOver(client, 'kserve'),
      environment: {},
      source: (replicas) => sourceOf(smallFleet({ namespace, replicas, target: 'kserve' }), 'kserve'),
      close: () => client.close(),
    }
  },
})
