import { exitCodes, type ExitCode } from './exit-codes.ts'
import { FairleadError } from './fairlead-error.ts'

/** The four parts of an error that a person can mend. */
export interface UserErrorParts {
  /** What is wrong, in one sentence. */
  readonly what: string
  /** File, line, address or path at fault. */
  readonly where?: string
  /** Why it is wrong, or what was seen. */
  readonly why?: string
  /** What to do next, in words. */
  readonly mend?: string
  /** The exact command that mends it or shows more. */
  readonly command?: string
  readonly exitCode?: ExitCode
  readonly cause?: unknown
}

/** The person's mistake or their machine's state, as opposed to a fault of ours: shown without a stack. */
export class UserError extends FairleadError {
  readonly parts: UserErrorParts
  readonly exitCode: ExitCode

  constructor(parts: UserErrorParts) {
    super('bad_request', parts.what, parts.cause === undefined ? {} : { cause: parts.cause })
    this.name = 'UserError'
    this.parts = parts
    this.exitCode = parts.exitCode ?? exitCodes.failed
  }
}
