import type {
  Choosing,
  Decision,
  Outcome,
  Policy,
  ReplicaRole,
  ReplicaState,
  RequestShape,
} from '../scheduling/index.ts'

/** A prompt that lacks fewer tokens than this on its decode replica is computed there: the transfer would cost more. */
const shortestSplitTokens = 512

/**
 * Any policy, for replicas of which some only prefill: it chooses who decodes and then, for a prompt that is long enough
 * to pay, who prefills (decode first, as llm-d's router does).
 */
export class RolePolicy implements Policy {
  readonly #policy: Policy

  constructor(policy: Policy) {
    this.#policy = policy
  }

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const among = (role: ReplicaRole): Decision =>
      this.#policy.choose(request, replicas, {
        nowMs: choosing.nowMs,
        random: () => choosing.random(),
        isExcluded: (place) => replicas[place]?.role !== role || choosing.isExcluded(place),
      })
    const decode = among('decode')
    if (decode.kind !== 'replica') return decode
    if (request.promptTokens - (request.heldTokens[decode.place] ?? 0) < shortestSplitTokens) return decode
    const prefill = among('prefill')
    if (prefill.kind !== 'replica') return decode
    return { kind: 'pair', prefill: prefill.place, decode: decode.place, reason: prefill.reason }
  }

  sent(request: RequestShape, decision: Decision, replicas: readonly ReplicaState[], choosing: Choosing): void {
    this.#policy.sent?.(request, decision, replicas, choosing)
  }

  answered(outcome: Outcome, replicas: readonly ReplicaState[]): void {
    this.#policy.answered?.(outcome, replicas)
  }
}
