import type { ClientResponse } from './downstream/client-response.ts'
import { errorEvent, type ErrorShape } from './error-body.ts'
import { headersForEvents } from './forwarded-headers.ts'
import { Refusal } from './refusal.ts'

/**
 * A comment and an empty line: readers pass over both (HTML Standard, section 9.2.6), while proxies and clients see
 * that the connection lives.
 */
const comment = ': keep-alive\n\n'
/** The same for one that waits for a model's first replica. */
const wakingComment = ': scaling from zero\n\n'

/** Writes a comment to an event stream, beginning it with a head of ours where the engine has sent none yet. */
export function sendComment(response: ClientResponse, requestId: string, isWaking = false): void {
  if (!response.headersSent) response.writeHead(200, headersForEvents(requestId))
  response.write(isWaking ? wakingComment : comment)
}

/** Longer errors are cut off: engines say what is wrong in a line or two. */
const errorLimitBytes = 64 * 1024

/**
 * An engine's answer that is no event stream, for a client that was told 200 already: its error becomes the error
 * event of the stream.
 */
export class LateError {
  readonly status: number
  readonly #pieces: Buffer[] = []
  #length = 0

  constructor(status: number) {
    this.status = status
  }

  take(piece: Buffer): void {
    this.#length += piece.length
    if (this.#length <= errorLimitBytes) this.#pieces.push(Buffer.from(piece))
  }

  /** What the engine said. */
  get body(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  /** The error as an event: as the engine put it where it did so in the way of an API, else in our words. */
  event(shape: ErrorShape): string {
    const asPut = this.status < 400 ? undefined : errorOf(this.body.toString('utf8'))
    return asPut === undefined ? errorEvent(this.refusal(), shape) : `event: error\ndata: ${asPut}\n\n`
  }

  /** The same in our words. */
  refusal(): Refusal {
    if (this.status < 400) return new Refusal('upstream_error', 'The engine did not answer with a stream.')
    const message = `The engine refused the request with status ${this.status}.`
    return new Refusal(this.status === 429 ? 'rate_limited' : 'bad_request', message)
  }
}

function errorOf(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null && 'error' in value ? JSON.stringify(value) : undefined
  } catch {
    return undefined
  }
}
