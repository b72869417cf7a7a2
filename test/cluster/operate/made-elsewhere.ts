import { describeTargetContract } from '../../../src/targets/testing/contract-suite.ts'
import type { RunningCluster } from '../harness/cluster/running-cluster.ts'
import { connectAs, smallFleet, sourceOf, targetOver } from './operator.ts'

/**
 * Holds a target to its contract whose pods somebody else makes or reaches, in a namespace for each test. The rest of the contract
 * is the operating half’s own, which `contract.test.ts` holds.
 */
export function describeContractElsewhere(target: 'kserve' | 'llmd', cluster: () => RunningCluster): void {
  let places = 0
  describeTargetContract({
    name: target,
    patienceMs: 180_000,
    only: ['life', 'secret', 'absent fleet'],
    isConcurrent: true,
    create: async () => {
      const namespace = `contract-${(places += 1)}`
      const client = await connectAs(cluster(), namespace)
      return {
        target: targetOver(client, target),
        environment: {},
        source: (replicas) => sourceOf(smallFleet({ namespace, replicas, target }), target),
        close: () => client.close(),
      }
    },
  })
}
