import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { candidateAt, decide } from './candidates.ts'

/** Share of the prompt that a replica must hold to be stuck to (`affinityThreshold`). */
const affinity = 0.8
/** Prefill of the published calibration, tokens a second (`peakPrefillThroughput`, Qwen 32B on two H100). */
const prefillTokensPerSecond = 15_928
/** What sticking may cost a request (`maxTTFTPenaltyMs`). */
const mostPenaltyMs = 18_000
const mostPenaltyTokens = (prefillTokensPerSecond * mostPenaltyMs) / 1_000

/** Sticks to replicas that hold most of a prompt until they are this much slower; of those that are left the least busy. */
class StickyUntilSaturated implements Policy {
  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const enough = Math.max(1, affinity * request.promptTokens)
    const count = replicas.length
    let sticky = -1
    let stickyTokens = Infinity
    let other = -1
    let otherTokens = Infinity
    const start = choosing.turn()
    for (let step = 0, place = start % count; step < count; step += 1, place = place + 1 === count ? 0 : place + 1) {
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null) continue
      const { inFlightTokens } = replica
      if ((request.heldTokens[place] ?? 0) >= enough) {
        if (inFlightTokens < stickyTokens) {
          sticky = place
          stickyTokens = inFlightTokens
        }
      } else if (inFlightTokens < otherTokens) {
        other = place
        otherTokens = inFlightTokens
      }
    }
    if (sticky < 0) return decide(other, 'new-prompt')
    if (other >= 0 && stickyTokens - otherTokens > mostPenaltyTokens) return decide(other, 'prefix-overloaded')
    return decide(sticky, 'prefix')
  }
}

export const stickyUntilSaturated: PolicyKind = {
  name: 'sticky-until-saturated',
  summary:
    'Replicas that hold 80 % of a prompt, until they are 18 s of prefill behind; of those the fewest tokens in flight.',
  prefixes: 'approximate',
  source: 'llm-d prefix-cache-affinity-filter and token-load-scorer, blog of 2026-08-17',
  create: () => new StickyUntilSaturated(),
}
