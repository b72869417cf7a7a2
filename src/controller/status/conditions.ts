/** One thing that is so or not, as meta/v1 Condition has it. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  /** A word for programs. */
  readonly reason: string
  /** A sentence for people. */
  readonly message: string
  readonly observedGeneration?: number
  /** When `status` became what it is (RFC 3339). */
  readonly lastTransitionTime: string
}

/** A condition without its times. */
export type ConditionClaim = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** Longest message that the definition takes; more is cut. */
const longestMessage = 32_768

/** Conditions with one claim taken in; the time stays where the status does. */
export function withCondition(
  before: readonly Condition[],
  claim: ConditionClaim,
  generation: number,
  date: Date,
): Condition[] {
  const old = before.find(({ type }) => type === claim.type)
  const changed = old === undefined || old.status !== claim.status
  const condition: Condition = {
    type: claim.type,
    status: claim.status,
    reason: claim.reason,
    message: claim.message.slice(0, longestMessage),
    observedGeneration: generation,
    lastTransitionTime: changed ? date.toISOString().replace(/\.\d+Z$/, 'Z') : old.lastTransitionTime,
  }
  return old === undefined ? [...before, condition] : before.map((each) => (each === old ? condition : each))
}
