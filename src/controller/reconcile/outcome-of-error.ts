import { UserError } from '../../errors/index.ts'
import { ClusterError } from '../../kubernetes/index.ts'
import { conditionReason, type Outcome } from '../status/index.ts'

/** A failure as the status tells it. */
export type Failure = Extract<Outcome, { kind: 'failed' }>

/** What an error means for a Fleet: all of these are tried again, since the cluster may have changed by then. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UserError) {
    const { what, why, mend, command } = error.parts
    const message = [what, why, mend, command].filter((part) => part !== undefined && part !== '').join('\n')
    return { kind: 'failed', reason: reasonIn(error.parts.cause) ?? 'Blocked', message }
  }
  if (error instanceof ClusterError) {
    return { kind: 'failed', reason: conditionReason(error.reason), message: error.message }
  }
  // A fault of ours: its text is for the log, where its stack is.
  return { kind: 'failed', reason: 'InternalError', message: 'The controller failed; its log says how.' }
}

const reasonIn = (cause: unknown) => (cause instanceof ClusterError ? conditionReason(cause.reason) : undefined)

/** Whether the work was cut off because the term ended, which says nothing of the Fleet. */
export const isCutOff = (error: unknown): boolean =>
  (error instanceof ClusterError && error.reason === 'cancelled') ||
  (error instanceof UserError && isCutOff(error.parts.cause)) ||
  (error instanceof Error && error.name === 'AbortError')
