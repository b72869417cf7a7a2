import { Refusal } from '../../data-plane/refusal.ts'
import type { ChatDelta } from './chat-answer.ts'

/** A part that begins. */
export type StartedPart =
  | { readonly kind: 'reasoning' | 'text' }
  | { readonly kind: 'call'; readonly id: string; readonly name: string }

/** Who is told of the parts of an answer, one after the other: only one is open at a time. */
export interface PartSink {
  start(part: StartedPart): void
  /** Text of the open part; of a call, its arguments. */
  add(text: string): void
  stop(): void
}

/** Reads an answer as a sequence of parts: reasoning, text and calls, in the order in which they come. */
export class AnswerParts {
  readonly #sink: PartSink
  readonly #newCallId: () => string
  /** What is open: `call 0` is the first call. */
  #open: string | null = null
  readonly #calls = new Set<string>()

  /** @param newCallId makes the identifiers of calls that the engine gave none */
  constructor(sink: PartSink, newCallId: () => string) {
    this.#sink = sink
    this.#newCallId = newCallId
  }

  take({ reasoning, text, toolCalls }: ChatDelta): void {
    if (reasoning !== '') this.#add('reasoning', () => ({ kind: 'reasoning' }), reasoning)
    // Line ends between two calls are the chat template's, not an answer.
    const isFiller = this.#calls.size > 0 && text.trim() === ''
    if (text !== '' && !isFiller) this.#add('text', () => ({ kind: 'text' }), text)
    for (const call of toolCalls) {
      const key = `call ${call.index}`
      if (this.#open !== key && this.#calls.has(key)) {
        throw new Refusal('upstream_error', 'The engine mixed the arguments of two calls.')
      }
      this.#calls.add(key)
      this.#add(key, () => ({ kind: 'call', id: call.id ?? this.#newCallId(), name: call.name ?? '' }), call.arguments)
    }
  }

  /** The answer is over. */
  end(): void {
    if (this.#open !== null) this.#sink.stop()
    this.#open = null
  }

  #add(key: string, begin: () => StartedPart, text: string): void {
    if (this.#open !== key) {
      this.end()
      this.#open = key
      this.#sink.start(begin())
    }
    if (text !== '') this.#sink.add(text)
  }
}
