import type { Choosing, Decision, Policy, PolicyKind, PolicySettings, ReplicaState, RequestShape } from '../contract.ts'
import { candidateAt, cheapest, decide, requestsOf } from './candidates.ts'
import { isSaturated, meanInFlight } from './load.ts'

/** Requests in flight that loading one more adapter is like, for choosing who loads it. */
const requestsPerAdapter = 4

/** Who should load an adapter that it has not: few requests, few adapters. */
const loadingCost = (replica: ReplicaState): number => requestsOf(replica) + replica.adapters.size * requestsPerAdapter

/** Replicas that have the adapter already, while they can take more; else one that loads it. */
class Adapter implements Policy {
  readonly #settings: PolicySettings

  constructor(settings: PolicySettings) {
    this.#settings = settings
  }

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const start = choosing.turn()
    const { adapter } = request
    if (adapter === null) return decide(cheapest(request, replicas, choosing, start, requestsOf), 'least-loaded')
    const mean = meanInFlight(replicas, choosing)
    let best = -1
    let fewest = Infinity
    const count = replicas.length
    for (let step = 0, place = start % count; step < count; step += 1, place = place + 1 === count ? 0 : place + 1) {
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null || !replica.adapters.has(adapter) || isSaturated(replica, mean, this.#settings)) continue
      const requests = requestsOf(replica)
      if (requests < fewest) {
        best = place
        fewest = requests
      }
    }
    if (best >= 0) return decide(best, 'adapter')
    return decide(cheapest(request, replicas, choosing, start, loadingCost), 'least-loaded')
  }
}

export const adapter: PolicyKind = {
  name: 'adapter',
  summary: 'Replicas that have the adapter loaded, until they are saturated; else one with few adapters loads it.',
  prefixes: 'none',
  source: 'llm-d-router lora-affinity-scorer; Gateway API Inference Extension',
  create: (settings) => new Adapter(settings),
}
