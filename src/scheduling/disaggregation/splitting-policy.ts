import type { Choosing, Decision, Outcome, Policy, ReplicaState, RequestShape } from '../contract.ts'
import { choosePrefill } from './choose-prefill.ts'
import type { SplitBenefit } from './split-benefit.ts'

/**
 * Any policy, for replicas with roles: it chooses among those that decode, and where splitting pays a replica that
 * prefills is chosen beside it. Prefill replicas are never asked alone.
 */
export class SplittingPolicy implements Policy {
  readonly #decoding: Policy
  readonly #benefit: SplitBenefit
  #turn = 0

  constructor(decoding: Policy, benefit: SplitBenefit) {
    this.#decoding = decoding
    this.#benefit = benefit
  }

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const decision = this.#decoding.choose(request, replicas, {
      nowMs: choosing.nowMs,
      random: () => choosing.random(),
      turn: () => choosing.turn(),
      isExcluded: (place) => replicas[place]?.role === 'prefill' || choosing.isExcluded(place),
    })
    if (decision.kind !== 'replica') return decision
    const decode = decision.place
    const uncached = request.promptTokens - (request.heldTokens[decode] ?? 0)
    if (!this.#benefit.pays(uncached, replicas[decode]?.inFlight ?? 0)) return decision
    this.#turn = (this.#turn + 1) % 0x4000_0000
    const prefill = choosePrefill(replicas.length, this.#turn, (place) => {
      const replica = replicas[place]
      if (replica?.role !== 'prefill' || !replica.isAvailable || choosing.isExcluded(place)) return Infinity
      return replica.pendingPrefillTokens + request.promptTokens - (request.heldTokens[place] ?? 0)
    })
    return prefill < 0 ? decision : { kind: 'pair', prefill, decode, reason: decision.reason }
  }

  sent(request: RequestShape, decision: Decision, replicas: readonly ReplicaState[], choosing: Choosing): void {
    this.#decoding.sent?.(request, decision, replicas, choosing)
  }

  answered(outcome: Outcome, replicas: readonly ReplicaState[]): void {
    this.#decoding.answered?.(outcome, replicas)
  }
}
