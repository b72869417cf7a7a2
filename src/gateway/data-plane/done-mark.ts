import { fieldValue } from './http1/fields.ts'

/** Routes whose event streams end with `data: [DONE]` (OpenAI API reference, "Streaming"); those of dialects do not. */
const routesWithDone = new Set(['/v1/chat/completions', '/v1/completions'])

/** Whether a stream that answers `path`, its query included, ends with `data: [DONE]`. */
export const endsWithDone = (path: string): boolean => routesWithDone.has(path.split('?', 1)[0] ?? '')

/** The event and the line ends behind it, with room to spare. */
const tailBytes = 32
const doneLine = /[\r\n]data: ?\[DONE\][\r\n]*$/

/**
 * Whether an answer is an event stream that ends with its connection (RFC 9112, section 6.3, rule 8): nothing in HTTP
 * tells the end of such a stream from the death of its engine.
 */
export const isEndedByClose = (status: number, headers: readonly string[]): boolean =>
  status === 200 &&
  fieldValue(headers, 'content-length') === undefined &&
  fieldValue(headers, 'transfer-encoding') === undefined &&
  fieldValue(headers, 'content-type')?.startsWith('text/event-stream') === true

/** Tells whether a stream ends with `data: [DONE]`; what follows it are line ends, or nothing. */
export class DoneMark {
  readonly #tail = Buffer.alloc(tailBytes, '\n')

  /** Takes the next piece of the stream. */
  take(piece: Buffer): void {
    const kept = Math.max(0, tailBytes - piece.length)
    this.#tail.copyWithin(0, tailBytes - kept)
    piece.copy(this.#tail, kept, Math.max(0, piece.length - tailBytes))
  }

  get isThere(): boolean {
    return doneLine.test(this.#tail.toString('latin1'))
  }
}
