import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { candidateAt, decide, shareOf } from './candidates.ts'

/** Any replica, as often as its weight says. */
class Random implements Policy {
  choose(_request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    return decide(drawCandidate(replicas, choosing, -1), 'random')
  }
}

/** Draws a candidate by weight, or -1 when there is none but `other`. */
export function drawCandidate(replicas: readonly ReplicaState[], choosing: Choosing, other: number): number {
  let total = 0
  for (let place = 0; place < replicas.length; place += 1) {
    const replica = place === other ? null : candidateAt(replicas, place, choosing)
    if (replica !== null) total += shareOf(replica)
  }
  let left = choosing.random() * total
  let last = -1
  for (let place = 0; place < replicas.length; place += 1) {
    const replica = place === other ? null : candidateAt(replicas, place, choosing)
    if (replica === null) continue
    last = place
    left -= shareOf(replica)
    if (left < 0) return place
  }
  return last
}

export const random: PolicyKind = {
  name: 'random',
  summary: 'Any replica, drawn anew for each request.',
  prefixes: 'none',
  source: 'the baseline of the published comparisons',
  create: () => new Random(),
}
