import type { ClientResponse } from './downstream/client-response.ts'
import { sendRefusal, type Answer } from './answer.ts'
import { errorEvent, type ErrorShape } from './error-body.ts'
import { headersForClient, headersForEvents } from './forwarded-headers.ts'
import { fieldValue } from './http1/fields.ts'
import { LateError, sendComment } from './keep-alive.ts'
import { Refusal } from './refusal.ts'
import { EventReader } from './server-sent-events.ts'

/** Paths at which engines that speak a dialect answer it themselves. */
export const ownPaths = ['/v1/messages', '/v1/messages/count_tokens', '/v1/responses'] as const
export type OwnPath = (typeof ownPaths)[number]

/** Another dialect in front of an engine's routes: questions and answers are rewritten where the engine lacks it. */
export interface Translation {
  /** The path at which engines that speak the dialect answer it themselves; null when none does. */
  readonly ownPath: OwnPath | null
  /** Whether a question may leave the model out; the first one of the Fleet answers then. */
  readonly isModelOptional: boolean
  /** Whether its answers may be streams. */
  readonly canStream: boolean
  /**
   * The question in the engine's terms.
   * @throws Refusal for what cannot be said in them.
   */
  question(body: Buffer): TranslatedQuestion
  /**
   * The chat of which an engine that speaks the dialect makes the same prompt as of the question, in the fields that a
   * prompt is made of. Absent where no engine makes a prompt of it by itself.
   * @throws Refusal where that cannot be told
   */
  promptOf?(body: Buffer): object
}

/** A question in an engine's terms. */
export interface TranslatedQuestion {
  /** The path that answers it. */
  readonly path: string
  /** What it is asked there, as JSON. */
  readonly request: object
  /** Translates one answer; called anew for each attempt. */
  answer(): AnswerTranslation
}

/** Translates one answer back; every method may throw for what it does not understand. */
export interface AnswerTranslation {
  /** The client's answer from the engine's 200. */
  whole(body: Buffer): string
  /** The client's events for the data of one event; empty for none. Absent where answers are never streams. */
  event?(data: string): string
  /** The client's last events once the engine's stream is over. */
  endOfEvents?(): string
  /** The last event of a stream that broke. */
  failure?(refusal: Refusal): string
  /** The client's error from one of the engine; the engine's own bytes when absent. */
  error?(status: number, body: Buffer): string
}

/** Far more than any text answer has. */
const collectedLimitBytes = 64 * 1024 * 1024

/** Sends the translation of an engine's answer: event by event for a stream, once it is complete for any other. */
export class TranslatedAnswer implements Answer {
  readonly #response: ClientResponse
  readonly #requestId: string
  readonly #translation: AnswerTranslation
  readonly #errorShape: ErrorShape
  readonly #pieces: Buffer[] = []
  #length = 0
  #status = 0
  #headers: readonly string[] = []
  /** For streams only. */
  #events: EventReader | null = null
  /** For what came in place of a stream after the client was told 200. */
  #lateError: LateError | null = null

  constructor(
    response: ClientResponse,
    requestId: string,
    translation: AnswerTranslation,
    errorShape: ErrorShape = 'openai',
  ) {
    this.#response = response
    this.#requestId = requestId
    this.#translation = translation
    this.#errorShape = errorShape
  }

  begin(status: number, headers: readonly string[]): void {
    this.#status = status
    this.#headers = headers
    const isEvents = fieldValue(headers, 'content-type')?.startsWith('text/event-stream') === true
    const isBegun = this.#response.headersSent
    if (status === 200 && isEvents && this.#translation.event !== undefined) {
      this.#events = new EventReader()
      if (!isBegun) this.#response.writeHead(200, headersForEvents(this.#requestId))
    } else if (isBegun) {
      this.#lateError = new LateError(status)
    }
  }

  keepAlive(): void {
    // What is written of a stream are whole events.
    if (this.#events !== null) sendComment(this.#response, this.#requestId)
  }

  write(piece: Buffer): boolean {
    const events = this.#events
    if (this.#lateError !== null) {
      this.#lateError.take(piece)
      return true
    }
    if (events === null) {
      this.#length += piece.length
      if (this.#length <= collectedLimitBytes) this.#pieces.push(Buffer.from(piece))
      return true
    }
    const text = this.#translateEvents((onData) => events.take(piece, onData))
    return text === '' || this.#response.write(text)
  }

  end(): void {
    const events = this.#events
    if (events !== null) {
      let text = this.#translateEvents((onData) => events.end(onData))
      try {
        text += this.#translation.endOfEvents?.() ?? ''
      } catch (error) {
        this.#response.write(text)
        throw asRefusal(error)
      }
      this.#response.end(text)
      return
    }
    if (this.#lateError !== null) throw this.#lateError.refusal()
    const body = Buffer.concat(this.#pieces)
    if (this.#status === 200) this.#sendWhole(body)
    else this.#sendError(body)
  }

  fail(refusal: Refusal): void {
    if (this.#lateError !== null) this.#response.end(this.#lateEvent(this.#lateError, refusal))
    else if (this.#events === null) sendRefusal(this.#response, refusal, this.#requestId, this.#errorShape)
    else this.#response.end(this.#translation.failure?.(refusal) ?? '')
  }

  /** The error of the engine in the client's terms, or ours. */
  #lateEvent({ status, body }: LateError, refusal: Refusal): string {
    const theirs = status < 400 ? undefined : this.#translation.error?.(status, body)
    if (theirs !== undefined) return `event: error\ndata: ${theirs}\n\n`
    return this.#translation.failure?.(refusal) ?? errorEvent(refusal, this.#errorShape)
  }

  /**
   * What came before an event that is not understood still arrives.
   * @throws Refusal for such an event.
   */
  #translateEvents(read: (onData: (data: string) => void) => void): string {
    let text = ''
    try {
      read((data) => {
        text += this.#translation.event?.(data) ?? ''
      })
    } catch (error) {
      this.#response.write(text)
      throw asRefusal(error)
    }
    return text
  }

  #sendWhole(body: Buffer): void {
    if (this.#length > collectedLimitBytes) throw new Refusal('upstream_error', 'The engine’s answer is too long.')
    let text: string
    try {
      text = this.#translation.whole(body)
    } catch (error) {
      throw asRefusal(error)
    }
    const bytes = Buffer.from(text)
    const fields = ['content-type', 'application/json', 'content-length', String(bytes.length)]
    this.#response.writeHead(200, [...fields, 'x-request-id', this.#requestId])
    this.#response.end(bytes)
  }

  #sendError(body: Buffer): void {
    const headers = headersForClient(this.#headers, this.#requestId)
    const translated = this.#translation.error?.(this.#status, body)
    if (translated === undefined) {
      this.#response.writeHead(this.#status, headers)
      this.#response.end(body)
      return
    }
    const bytes = Buffer.from(translated)
    const fields = ['content-type', 'application/json', 'content-length', String(bytes.length)]
    const after = fieldValue(headers, 'retry-after')
    if (after !== undefined) fields.push('retry-after', after)
    this.#response.writeHead(this.#status, [...fields, 'x-request-id', this.#requestId])
    this.#response.end(bytes)
  }
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return new Refusal('upstream_error', 'The engine’s answer was not understood.', { cause: error })
}
