import { policies, type PolicyKind } from '../../src/scheduling/index.ts'
import {
  engineShapeOf,
  simulate,
  type Simulation,
  type SimulationResult,
  type Workload,
} from '../../src/simulate/index.ts'
import { findGpu, findModel } from '../../src/sizing/index.ts'
import { greedy } from './greedy.ts'

const [geometry, gpu] = [findModel('llama-3.1-8b'), findGpu('l40s')]
if (geometry === undefined || gpu === undefined) throw new Error('the catalogue has no Llama 3.1 8B or no L40S')

/** Row Q5's replicas, which `fairlead simulate` takes where no Fleet is named. */
export const replicas = 16
export const engine = engineShapeOf({ geometry, gpu, quantization: 'fp8' })

/** What is compared, published or not: the scheduler's own, and the yardstick. */
export const compared: readonly PolicyKind[] = [...policies, greedy]

/** The load on these replicas with a policy, arrivals `rate` times as fast; `wallSeconds` of one thread. */
export function simulateUsual(
  workload: Workload,
  policy: PolicyKind,
  rate: number,
  more: Partial<Simulation> = {},
): SimulationResult {
  return simulate(
    {
      workload,
      engine,
      replicas,
      prefillReplicas: 0,
      transferBitsPerSecond: 100e9,
      policy: policy.name,
      seed: 1,
      rate,
      slo: { ttftMs: 2000, tpotMs: 50 },
      ...more,
    },
    { policy, clock: () => performance.now() },
  )
}

/** The rate, to a hundredth, at which a policy's goodput is `goodput`: between as recorded and four times as fast. */
export function rateOfGoodput(workload: Workload, policy: PolicyKind, goodput: number): number {
  let [low, high] = [100, 400]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (simulateUsual(workload, policy, middle / 100).goodput >= goodput) low = middle
    else high = middle
  }
  return low / 100
}
