import { FairleadError, type Reason } from '../../errors/index.ts'

/** What a refusal says beside its reason and message. */
export interface RefusalOptions {
  /** The request field at fault. */
  readonly param?: string
  /** Overrides the reason's status: 404 and 405 for paths and methods. */
  readonly status?: number
  /** Seconds after which the same request may succeed. */
  readonly retryAfterSeconds?: number
  /** Further header fields, names and values in turn. */
  readonly headers?: readonly string[]
  readonly cause?: unknown
}

/** A request that is answered with an error; the message goes to the client, so it holds nothing of the inside. */
export class Refusal extends FairleadError {
  readonly status: number
  readonly param: string | null
  readonly headers: readonly string[]

  constructor(reason: Reason, message: string, options: RefusalOptions = {}) {
    super(reason, message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'Refusal'
    this.status = options.status ?? this.httpStatus
    this.param = options.param ?? null
    this.headers = [
      ...(options.retryAfterSeconds === undefined ? [] : ['retry-after', String(options.retryAfterSeconds)]),
      ...(options.headers ?? []),
    ]
  }
}
