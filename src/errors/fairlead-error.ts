import { reasons, type Reason } from './reasons.ts'

/** Details that every error of ours may carry. */
export interface FairleadErrorOptions {
  readonly cause?: unknown
  /** Overrides what the reason says about sending the request again. */
  readonly isRetryable?: boolean
}

/** Base of every error that Fairlead raises on purpose; `code` is one of the closed list of reasons. */
export class FairleadError extends Error {
  readonly code: Reason
  readonly httpStatus: number
  readonly isRetryable: boolean

  constructor(code: Reason, message: string, options: FairleadErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FairleadError'
    this.code = code
    this.httpStatus = reasons[code].httpStatus
    this.isRetryable = options.isRetryable ?? reasons[code].isRetryable
  }
}
