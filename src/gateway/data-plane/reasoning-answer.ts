import type { ClientResponse } from './downstream/client-response.ts'
import { sendRefusal, type Answer, type RelayedAnswer } from './answer.ts'
import { EventGate } from './event-boundary.ts'
import { fieldValue } from './http1/fields.ts'
import { nameReasoningTwice } from './reasoning-names.ts'
import type { Refusal } from './refusal.ts'

/** A longer answer than this passes as it is. */
const collectedLimitBytes = 16 * 1024 * 1024

const none: Buffer[] = []

/** How the pieces of an answer are looked at: `plain` not at all. */
type Mode = 'plain' | 'events' | 'whole'

/**
 * The engine's answer to a chat, relayed, with the model's reasoning under both of its names
 * (docs/decisions/0007-dialects.md). An answer without reasoning passes byte for byte.
 */
export class ReasoningAnswer implements Answer {
  readonly #response: ClientResponse
  readonly #requestId: string
  readonly #relayed: RelayedAnswer
  #mode: Mode = 'plain'
  #status = 0
  #headers: readonly string[] = []
  #gate: EventGate | null = null
  #pieces: Buffer[] = none
  #length = 0
  /** How long it is, where its head says so. */
  #wholeLength = NaN

  constructor(response: ClientResponse, requestId: string, relayed: RelayedAnswer) {
    this.#response = response
    this.#requestId = requestId
    this.#relayed = relayed
  }

  begin(status: number, headers: readonly string[]): void {
    const type = fieldValue(headers, 'content-type') ?? ''
    if (status === 200 && type.startsWith('application/json') && !this.#response.headersSent) {
      this.#mode = 'whole'
      this.#pieces = []
      this.#status = status
      this.#headers = headers
      this.#wholeLength = Number(fieldValue(headers, 'content-length') ?? NaN)
      return
    }
    if (status === 200 && type.startsWith('text/event-stream')) {
      this.#mode = 'events'
      this.#gate = new EventGate()
    }
    this.#relayed.begin(status, headers)
  }

  keepAlive(): void {
    if (this.#mode !== 'whole') this.#relayed.keepAlive()
  }

  write(piece: Buffer): boolean {
    if (this.#mode === 'plain') return this.#relayed.write(piece)
    if (this.#gate !== null) {
      const events = this.#gate.pass(piece)
      return events === null || this.#relayed.write(nameReasoningTwice(events))
    }
    this.#length += piece.length
    // In most cases it comes in one piece, which need not be copied.
    if (piece.length === this.#wholeLength) return this.#passWhole(piece)
    this.#pieces.push(Buffer.from(piece))
    return this.#length <= collectedLimitBytes || this.#passOn(Buffer.concat(this.#pieces), this.#headers)
  }

  end(): void {
    if (this.#gate !== null) {
      const rest = this.#gate.rest()
      if (rest !== null) this.#relayed.write(nameReasoningTwice(rest))
    } else if (this.#mode === 'whole') {
      this.#passWhole(Buffer.concat(this.#pieces))
    }
    this.#relayed.end()
  }

  fail(refusal: Refusal): void {
    // Nothing was sent of an answer that was to be sent whole.
    if (this.#mode === 'whole') sendRefusal(this.#response, refusal, this.#requestId)
    else this.#relayed.fail(refusal)
  }

  #passWhole(body: Buffer): boolean {
    const named = nameReasoningTwice(body)
    return this.#passOn(named, named === body ? this.#headers : withLength(this.#headers, named.length))
  }

  #passOn(body: Buffer, headers: readonly string[]): boolean {
    this.#mode = 'plain'
    this.#pieces = none
    this.#relayed.begin(this.#status, headers)
    return body.length === 0 || this.#relayed.write(body)
  }
}

/** The header fields with the length that the body has now. */
function withLength(headers: readonly string[], length: number): readonly string[] {
  const changed: string[] = []
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    changed.push(name, name === 'content-length' ? String(length) : (headers[index + 1] ?? ''))
  }
  return changed
}
