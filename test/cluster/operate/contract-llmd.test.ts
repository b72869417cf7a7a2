import { describeTargetContract } from '../../../src/targets/testing/contract-suite.ts'
import { useRunningCluster } from '../harness/cluster/use-running-cluster.ts'
import { connectAs, smallFleet, sourceOf, targetOver } from './operator.ts'

const cluster = useRunningCluster({ nodes: [{ name: 'one' }, { name: 'two' }], definitions: true })
let places = 0

// llm-d's picker and Envoy are stand-ins (`harness/stand-ins/llm-d/`); everything else is the real control plane, and pods are
// processes.
describeTargetContract({
  name: 'llmd',
  patienceMs: 180_000,
  // The rest is the operating half’s own, which `contract.test.ts` holds.
  only: ['life', 'secret', 'absent fleet'],
  isConcurrent: true,
  create: async () => {
    const namespace = `contract-${(places += 1)}`
    const client = await connectAs(cluster(), namespace)
    return {
      target: targetOver(client, 'llmd'),
      environment: {},
      source: (replicas) => sourceOf(smallFleet({ namespace, replicas, target: 'llmd' }), 'llmd'),
      close: () => client.close(),
    }
  },
})
