import type { Admitted } from './admit.ts'
import { RelayedAnswer, type Answer } from './answer.ts'
import type { ExchangeRequest } from './data-plane.ts'
import { errorShapeOf } from './error-body.ts'
import { ReasoningAnswer } from './reasoning-answer.ts'
import type { ReplicaHandle } from './replica-handle.ts'
import type { RequestBody } from './upstream/contract.ts'
import { TranslatedAnswer, type TranslatedQuestion } from './translation.ts'

/** One question as one replica gets it. */
export interface SpokenQuestion {
  /** Path and query. */
  readonly path: string
  readonly contentType: string | null
  readonly body: RequestBody | null
  /** Takes this replica's answer. */
  readonly answer: Answer
  /** Whether it is put in the client's own words though they could be translated. */
  readonly isOwnDialect: boolean
}

/** How an engine says that it has nothing at a path: 404 (vLLM, llama.cpp), 405 or 501 (others). */
const isMissing = (status: number): boolean => status === 404 || status === 405 || status === 501

/** The one route whose answers carry a model's reasoning under two names. */
const chatPath = '/v1/chat/completions'

/**
 * How a request is put to each replica: in the client's own words where the engine speaks its dialect, translated where
 * it does not. Of some engines only asking tells: one that has nothing there is asked again at once in other words, and
 * remembered for it if it answers then.
 */
export class Wording {
  readonly #asked: ExchangeRequest
  readonly #admitted: Admitted
  #translated: TranslatedQuestion | null = null
  #deniedBy: ReplicaHandle | null = null

  constructor(asked: ExchangeRequest, admitted: Admitted) {
    this.#asked = asked
    this.#admitted = admitted
  }

  /**
   * What this replica is sent.
   * @throws Refusal for what cannot be said in its engine's terms.
   */
  for(replica: ReplicaHandle): SpokenQuestion {
    const { translation, path, response, requestId } = this.#asked
    const { body, contentType, model, enginePath } = this.#admitted
    const shape = errorShapeOf(path)
    const ownPath = translation === null ? null : translation.ownPath
    const isOwnDialect = ownPath !== null && this.#deniedBy !== replica && replica.routes.isWorthAsking(ownPath)
    if (translation === null || isOwnDialect) {
      const relayed = new RelayedAnswer(response, requestId, shape)
      const addsName = enginePath.startsWith(chatPath) && model.model.chat.reasoningNames === 'both'
      const answer = addsName ? new ReasoningAnswer(response, requestId, relayed) : relayed
      return { path: enginePath, contentType, body, answer, isOwnDialect }
    }
    if (!Buffer.isBuffer(body)) throw new Error('only a question that is whole can be translated')
    this.#translated ??= translation.question(body)
    const answer = new TranslatedAnswer(response, requestId, this.#translated.answer(), shape)
    return {
      path: this.#translated.path,
      contentType: 'application/json',
      body: this.#translated.body,
      answer,
      isOwnDialect,
    }
  }

  /** Whether it can be asked more than once: a form that flows through cannot. */
  get isRepeatable(): boolean {
    const { body } = this.#admitted
    return body === null || Buffer.isBuffer(body)
  }

  /** The exchange is over: a form that no engine took is read no further. */
  release(): void {
    const { body } = this.#admitted
    if (body !== null && !Buffer.isBuffer(body)) body.stream.destroy()
  }

  /**
   * Takes the status that a replica answers with.
   * @returns whether the same replica is to be asked again, with what `for` says now
   */
  isMisunderstood(replica: ReplicaHandle, spoken: SpokenQuestion, status: number): boolean {
    const ownPath = this.#asked.translation?.ownPath ?? null
    if (ownPath === null) return false
    if (spoken.isOwnDialect) {
      if (!isMissing(status) || replica.routes.isCertain(ownPath)) return false
      this.#deniedBy = replica
      return true
    }
    // Of an unknown adapter or model both answers say 404: that tells nothing of the path.
    if (this.#deniedBy === replica && status < 400) replica.routes.learnMissing(ownPath)
    return false
  }
}
