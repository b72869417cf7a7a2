import type { ClientResponse } from './downstream/client-response.ts'
import { errorBody, errorEvent, type ErrorShape } from './error-body.ts'
import { EventGate } from './event-boundary.ts'
import { headersForClient, unbuffered } from './forwarded-headers.ts'
import { fieldValue } from './http1/fields.ts'
import { LateError, sendComment } from './keep-alive.ts'
import type { Refusal } from './refusal.ts'
import { withoutUsageEvent } from './usage-event.ts'

/** Where the pieces of an engine's answer go. */
export interface Answer {
  /**
   * Status and header fields of the engine; called once, right before the first piece or the end. The client may have
   * been told 200 already, with comments.
   */
  begin(status: number, headers: readonly string[]): void
  /**
   * Takes a piece, for the time of the call; false asks to wait until the client has read (`drain` of its response).
   * @throws Refusal when what comes cannot be given to the client; `fail` then tells it.
   */
  write(piece: Buffer): boolean
  /** @throws Refusal when the answer cannot be given after all; `fail` then tells the client if its head was sent. */
  end(): void
  /** The engine is gone in the middle: tells the client in whatever way is left. */
  fail(refusal: Refusal): void
  /**
   * Tells the client of a stream that has begun that it is not forgotten; nothing is sent where there is no place for
   * it now.
   */
  keepAlive(): void
}

/** Answers with an error of ours, before anything else was sent. */
export function sendRefusal(
  response: ClientResponse,
  refusal: Refusal,
  requestId: string,
  shape: ErrorShape = 'openai',
): void {
  const body = Buffer.from(errorBody(refusal, shape))
  const fields = ['content-type', 'application/json', 'content-length', String(body.length), 'x-request-id', requestId]
  response.writeHead(refusal.status, [...fields, ...refusal.headers])
  response.end(body)
}

/** The engine's answer as it is: same status, same bytes, framed anew. */
export class RelayedAnswer implements Answer {
  readonly #response: ClientResponse
  readonly #requestId: string
  readonly #hidesUsage: boolean
  readonly #errorShape: ErrorShape
  /** For event streams only. */
  #gate: EventGate | null = null
  /** For what came in place of a stream after the client was told 200. */
  #lateError: LateError | null = null

  constructor(
    response: ClientResponse,
    requestId: string,
    options: { readonly hidesUsage: boolean; readonly errorShape: ErrorShape },
  ) {
    this.#response = response
    this.#requestId = requestId
    this.#hidesUsage = options.hidesUsage
    this.#errorShape = options.errorShape
  }

  keepAlive(): void {
    // There is a place for comments between the events of a stream only.
    if (this.#gate?.isBetweenEvents === true) sendComment(this.#response, this.#requestId)
  }

  begin(status: number, headers: readonly string[]): void {
    const relayed = headersForClient(headers, this.#requestId)
    const isEvents = fieldValue(relayed, 'content-type')?.startsWith('text/event-stream') === true
    if (this.#response.headersSent) {
      if (isEvents && status < 300) this.#gate = new EventGate()
      else this.#lateError = new LateError(status)
      return
    }
    if (isEvents && fieldValue(relayed, 'content-length') === undefined) {
      this.#gate = new EventGate()
      relayed.push(...unbuffered)
    }
    // The head waits for the first write, so both leave in one packet.
    this.#response.writeHead(status, relayed)
  }

  write(piece: Buffer): boolean {
    if (this.#lateError !== null) {
      this.#lateError.take(piece)
      return true
    }
    return this.#gate === null ? this.#response.write(piece) : this.#pass(this.#gate.pass(piece))
  }

  #pass(events: Buffer | null): boolean {
    const shown = events !== null && this.#hidesUsage ? withoutUsageEvent(events) : events
    return shown === null || this.#response.write(shown)
  }

  end(): void {
    if (this.#lateError !== null) throw this.#lateError.refusal()
    this.#pass(this.#gate?.rest() ?? null)
    this.#response.end()
  }

  fail(refusal: Refusal): void {
    if (this.#lateError !== null) this.#response.end(this.#lateError.event(this.#errorShape))
    else if (this.#gate === null) this.#response.destroy()
    // An event cut in two is dropped: the client stands between two events and reads the error as one.
    else this.#response.end((this.#gate.isBetweenEvents ? '' : '\n\n') + errorEvent(refusal, this.#errorShape))
  }
}
