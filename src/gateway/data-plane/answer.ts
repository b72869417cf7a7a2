import type { ServerResponse } from 'node:http'
import { errorBody, errorEvent, type ErrorShape } from './error-body.ts'
import { EventGate } from './event-boundary.ts'
import { headersForClient, headerValue } from './forwarded-headers.ts'
import type { Refusal } from './refusal.ts'

/** Where the pieces of an engine's answer go. */
export interface Answer {
  /** Status and header fields of the engine; called once, right before the first piece or the end. */
  begin(status: number, headers: readonly string[]): void
  /** Takes a piece; false asks to wait until the client has read (`drain` of its response). */
  write(piece: Buffer): boolean
  /** @throws Refusal when the answer cannot be given after all; nothing was sent then. */
  end(): void
  /** The engine is gone in the middle: tells the client in whatever way is left. */
  fail(refusal: Refusal): void
}

/** Answers with an error of ours, before anything else was sent. */
export function sendRefusal(
  response: ServerResponse,
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
  readonly #response: ServerResponse
  readonly #requestId: string
  readonly #errorShape: ErrorShape
  /** For event streams only. */
  #gate: EventGate | null = null

  constructor(response: ServerResponse, requestId: string, errorShape: ErrorShape = 'openai') {
    this.#response = response
    this.#requestId = requestId
    this.#errorShape = errorShape
  }

  begin(status: number, headers: readonly string[]): void {
    const relayed = headersForClient(headers, this.#requestId)
    const isEvents = headerValue(relayed, 'content-type')?.startsWith('text/event-stream') === true
    if (isEvents && headerValue(relayed, 'content-length') === undefined) {
      this.#gate = new EventGate()
      // nginx, when it stands in front, would gather events otherwise (ngx_http_proxy_module, proxy_buffering).
      relayed.push('x-accel-buffering', 'no')
    }
    // Node keeps the head until the first write, so both leave in one packet.
    this.#response.writeHead(status, relayed)
  }

  write(piece: Buffer): boolean {
    const whole = this.#gate === null ? piece : this.#gate.pass(piece)
    return whole === null || this.#response.write(whole)
  }

  end(): void {
    const rest = this.#gate?.rest() ?? null
    if (rest === null) this.#response.end()
    else this.#response.end(rest)
  }

  fail(refusal: Refusal): void {
    // An event cut in two is dropped: the client stands between two events and reads the error as one.
    if (this.#gate === null) this.#response.destroy()
    else this.#response.end(errorEvent(refusal, this.#errorShape))
  }
}
