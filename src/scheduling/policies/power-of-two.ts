import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { decide, requestsOf } from './candidates.ts'
import { drawCandidate } from './random.ts'

/** The less busy one of two that are drawn. */
class PowerOfTwo implements Policy {
  choose(_request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const one = drawCandidate(replicas, choosing, -1)
    const other = drawCandidate(replicas, choosing, one)
    const first = replicas[one]
    const second = replicas[other]
    if (first === undefined || second === undefined) return decide(one, 'only-one')
    return decide(requestsOf(second) < requestsOf(first) ? other : one, 'least-loaded')
  }
}

export const powerOfTwo: PolicyKind = {
  name: 'power-of-two',
  summary: 'Of two replicas that are drawn, the one with fewer requests in flight.',
  prefixes: 'none',
  source: 'Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001; Envoy LEAST_REQUEST',
  create: () => new PowerOfTwo(),
}
