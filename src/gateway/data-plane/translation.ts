import type { ServerResponse } from 'node:http'
import { Refusal } from './refusal.ts'
import { sendRefusal, type Answer } from './answer.ts'
import { headersForClient } from './forwarded-headers.ts'

/** Another dialect in front of an engine's route: the question and the whole answer are rewritten. */
export interface Translation {
  /** Whether a question may leave the model out; the first one of the Fleet answers then. */
  readonly isModelOptional: boolean
  /**
   * The body for the engine.
   * @throws Refusal for what cannot be said in the engine's terms.
   */
  question(body: Buffer): Buffer
  /** The client's answer from an engine's 200; throws for one that is not understood. */
  answer(body: Buffer): string
}

/** Far more than any text answer has. */
const collectedLimitBytes = 64 * 1024 * 1024

/** Collects the engine's answer and sends its translation; an error of the engine passes as it is. */
export class TranslatedAnswer implements Answer {
  readonly #response: ServerResponse
  readonly #requestId: string
  readonly #translation: Translation
  readonly #pieces: Buffer[] = []
  #length = 0
  #status = 0
  #headers: readonly string[] = []

  constructor(response: ServerResponse, requestId: string, translation: Translation) {
    this.#response = response
    this.#requestId = requestId
    this.#translation = translation
  }

  begin(status: number, headers: readonly string[]): void {
    this.#status = status
    this.#headers = headers
  }

  write(piece: Buffer): boolean {
    this.#length += piece.length
    if (this.#length <= collectedLimitBytes) this.#pieces.push(piece)
    return true
  }

  end(): void {
    const body = Buffer.concat(this.#pieces)
    if (this.#status !== 200) {
      this.#response.writeHead(this.#status, headersForClient(this.#headers, this.#requestId))
      this.#response.end(body)
      return
    }
    if (this.#length > collectedLimitBytes) throw new Refusal('upstream_error', 'The engine’s answer is too long.')
    const bytes = Buffer.from(this.#translate(body))
    const fields = ['content-type', 'application/json', 'content-length', String(bytes.length)]
    this.#response.writeHead(200, [...fields, 'x-request-id', this.#requestId])
    this.#response.end(bytes)
  }

  #translate(body: Buffer): string {
    try {
      return this.#translation.answer(body)
    } catch (error) {
      throw new Refusal('upstream_error', 'The engine’s answer was not understood.', { cause: error })
    }
  }

  fail(refusal: Refusal): void {
    sendRefusal(this.#response, refusal, this.#requestId)
  }
}
