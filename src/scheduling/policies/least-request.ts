import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { cheapest, decide, requestsOf } from './candidates.ts'

/** The replica with the fewest requests in flight. */
class LeastRequest implements Policy {
  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    return decide(cheapest(request, replicas, choosing, choosing.turn(), requestsOf), 'least-loaded')
  }
}

export const leastRequest: PolicyKind = {
  name: 'least-request',
  summary: 'The replica with the fewest requests in flight, for its weight.',
  prefixes: 'none',
  source: 'Envoy LEAST_REQUEST over all hosts; llm-d active-request-scorer',
  create: () => new LeastRequest(),
}
