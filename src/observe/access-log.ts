import { destinationOf, type Logger } from './logger.ts'

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
  /** Why that replica: what decided; absent where no policy weighed. */
  readonly choice?: string | undefined
  /** The policy of the Fleet by which it was chosen; absent where no replica answered, as are those that follow. */
  readonly policy?: string | undefined
  /** Who computed the prompt, where that was another replica. */
  readonly prefill?: string | undefined
  /** Tokens of the prompt that the replica was taken to hold; absent where no policy weighed. */
  readonly heldTokens?: number | undefined
  /** Tokens of the prompt, as they were taken at the choice. */
  readonly promptTokens?: number | undefined
  /** Milliseconds in the queue; absent where it did not wait. */
  readonly waitedMs?: number | undefined
  /** Which of the tries answered. */
  readonly attempt?: number | undefined
  readonly durationMs: number
  /** Milliseconds until the first byte of the answer; absent when there was none. */
  readonly ttftMs?: number | undefined
  readonly bytesIn: number
  readonly bytesOut: number
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  /** True where the engine told no usage, such as for a stream that was broken off: tokens are counted from its events. */
  readonly isUsageEstimated?: boolean | undefined
}

/** Takes one record for each request. */
export type AccessLog = (record: AccessRecord) => void

/** What JSON writes as it is. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

const quote = (text: string): string => (plain.test(text) ? `"${text}"` : JSON.stringify(text))

let second = 0
let secondText = ''

/** The time in ISO 8601; the part down to the second is made once a second. */
function isoTime(): string {
  const now = Date.now()
  const milliseconds = now % 1000
  if (now - milliseconds !== second) {
    second = now - milliseconds
    secondText = new Date(second).toISOString().slice(0, 20)
  }
  return `${secondText}${String(milliseconds).padStart(3, '0')}Z`
}

/** A record's fields as JSON, from the first comma on; fields without a value are left out. */
function fieldsOf(record: AccessRecord): string {
  const { choice, prefill, heldTokens, waitedMs, ttftMs, inputTokens, outputTokens, isUsageEstimated } = record
  return (
    `,"requestId":${quote(record.requestId)},"method":${quote(record.method)},"path":${quote(record.path)}` +
    `,"status":${record.status},"reason":${quote(record.reason)},"model":${quote(record.model)}` +
    `,"replica":${quote(record.replica)},"client":${quote(record.client)}` +
    `,"remoteAddress":${quote(record.remoteAddress)},"attempts":${record.attempts}` +
    `,"durationMs":${record.durationMs},"bytesIn":${record.bytesIn},"bytesOut":${record.bytesOut}` +
    (choice === undefined ? '' : `,"choice":${quote(choice)}`) +
    (prefill === undefined ? '' : `,"prefill":${quote(prefill)}`) +
    (heldTokens === undefined ? '' : `,"heldTokens":${heldTokens}`) +
    (waitedMs === undefined ? '' : `,"waitedMs":${waitedMs}`) +
    (ttftMs === undefined ? '' : `,"ttftMs":${ttftMs}`) +
    (inputTokens === undefined ? '' : `,"inputTokens":${inputTokens}`) +
    (outputTokens === undefined ? '' : `,"outputTokens":${outputTokens}`) +
    (isUsageEstimated === true ? ',"isUsageEstimated":true' : '')
  )
}

/** Which requests get a line. */
export interface AccessLogOptions {
  /** Whether any does. */
  readonly isOn?: boolean
  /** Share of the requests without a reason, evenly spread; from 0 to 1. */
  readonly sample?: number
}

/**
 * The access log as lines of `logger` with the message `request`; failures of ours at level `warn`. Lines are put
 * together here, in the order in which the logger would, at a fifth of its time: it looks for secrets and serializers
 * in every object, and a record has neither.
 */
export function createAccessLog(logger: Logger, { isOn = true, sample = 1 }: AccessLogOptions = {}): AccessLog {
  const destination = destinationOf(logger)
  const bindings = Object.entries(logger.bindings())
    .map(([name, value]) => `,${quote(name)}:${JSON.stringify(value)}`)
    .join('')
  let due = 0
  return (record) => {
    if (!isOn) return
    if (record.reason === '') {
      due += sample
      // Ten times 0.1 is a little less than 1.
      if (due < 1 - 1e-9) return
      due -= 1
    }
    const level = record.status >= 500 ? 'warn' : 'info'
    if (!logger.isLevelEnabled(level)) return
    destination.write(`{"level":"${level}","time":"${isoTime()}"${bindings}${fieldsOf(record)},"msg":"request"}\n`)
  }
}
