import type { Logger } from './logger.ts'

/** What the access log tells of one request: who, what, how it ended, how long it took. No key, no prompt, no answer. */
export interface AccessRecord {
  readonly requestId: string
  readonly method: string
  /** Path without its query. */
  readonly path: string
  readonly status: number
  /** One of the closed list of reasons where the request failed, else empty. */
  readonly reason: string
  /** Model name of the Fleet, or `unknown`. */
  readonly model: string
  /** The replica that answered last; empty when none was asked. */
  readonly replica: string
  /** Name of the API key's owner; empty without keys. */
  readonly client: string
  readonly remoteAddress: string
  /** Replicas that were tried. */
  readonly attempts: number
  readonly durationMs: number
  /** Milliseconds until the first byte of the answer; absent when there was none. */
  readonly ttftMs?: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** True where the engine told no usage, such as for a stream that was broken off: tokens are counted from its events. */
  readonly isUsageEstimated?: boolean
}

/** Takes one record for each request. */
export type AccessLog = (record: AccessRecord) => void

/** The access log as lines of `logger` with the message `request`; failures of ours at level `warn`. */
export function createAccessLog(logger: Logger): AccessLog {
  // A record has no field that could hide a secret, and looking for one costs more than writing the line.
  const lines = logger.child({}, { redact: [] })
  return (record) => {
    if (record.status >= 500) lines.warn(record, 'request')
    else lines.info(record, 'request')
  }
}
