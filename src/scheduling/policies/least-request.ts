import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { cheapest, decide, shareOf } from './candidates.ts'
import { Turns } from './turns.ts'

const requestsOf = (replica: ReplicaState): number => (replica.inFlight + 1) / shareOf(replica)

/** The replica with the fewest requests in flight. */
class LeastRequest implements Policy {
  readonly #turns = new Turns()

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    return decide(cheapest(request, replicas, choosing, this.#turns.next(choosing), requestsOf), 'least-loaded')
  }
}

export const leastRequest: PolicyKind = {
  name: 'least-request',
  summary: 'The replica with the fewest requests in flight, for its weight.',
  prefixes: 'none',
  source: 'Envoy LEAST_REQUEST over all hosts; llm-d active-request-scorer',
  create: () => new LeastRequest(),
}
