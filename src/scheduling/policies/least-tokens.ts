import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { cheapest, decide, shareOf } from './candidates.ts'

const tokensOf = (replica: ReplicaState, _place: number, request: RequestShape): number =>
  (replica.inFlightTokens + request.promptTokens) / shareOf(replica)

/** The replica with the fewest tokens in flight. */
class LeastTokens implements Policy {
  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    return decide(cheapest(request, replicas, choosing, choosing.turn(), tokensOf), 'least-loaded')
  }
}

export const leastTokens: PolicyKind = {
  name: 'least-tokens',
  summary: 'The replica with the fewest tokens in flight, prompts and expected answers, for its weight.',
  prefixes: 'none',
  source: 'llm-d-router token-load-scorer',
  create: () => new LeastTokens(),
}
