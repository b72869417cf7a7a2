import type { Admitted } from './admit.ts'
import { RelayedAnswer, type Answer } from './answer.ts'
import type { ExchangeRequest } from './data-plane.ts'
import { errorShapeOf } from './error-body.ts'
import { headersForEngine } from './forwarded-headers.ts'
import type { PromptRange, RenderableQuestion } from './question.ts'
import { ReasoningAnswer } from './reasoning-answer.ts'
import type { ReplicaHandle } from './replica-handle.ts'
import type { ServedModel } from './served-model.ts'
import type { RequestBody, UpstreamRequest } from './upstream/contract.ts'
import { TranslatedAnswer, type TranslatedQuestion } from './translation.ts'

/** One question as one replica gets it, for one try. */
export interface SpokenQuestion {
  readonly request: UpstreamRequest
  /** Takes this try's answer; it writes nothing to the client until it begins. */
  readonly answer: Answer
  /** Whether it is put in the client's own words though they could be translated. */
  readonly isOwnDialect: boolean
}

/** What an engine is sent, and what takes its answer. */
interface Spoken {
  readonly path: string
  readonly contentType: string | null
  readonly body: RequestBody | null
  readonly answer: Answer
}

/** A question in its engine's terms, and as it is sent once it is. */
interface Translated {
  readonly question: TranslatedQuestion
  body: Buffer | null
}

/** How an engine says that it has nothing at a path: 404 (vLLM, llama.cpp), 405 or 501 (others). */
const isMissing = (status: number): boolean => status === 404 || status === 405 || status === 501

/** The route whose answers carry a model's reasoning under two names, and to which dialects are translated. */
const chatPath = '/v1/chat/completions'

/**
 * How a request is put to each replica: in the client's own words where the engine speaks its dialect, translated where
 * it does not. Of some engines only asking tells: one that has nothing there is asked again at once in other words, and
 * remembered for it if it answers then.
 */
export class Wording {
  readonly #asked: ExchangeRequest
  readonly #admitted: Admitted
  /** By the name that the engine knows the model by. */
  #translated: Map<string, Translated> | null = null
  #deniedBy: Set<ReplicaHandle> | null = null

  constructor(asked: ExchangeRequest, admitted: Admitted) {
    this.#asked = asked
    this.#admitted = admitted
  }

  /**
   * What this replica of a model is sent; made anew for each try.
   * @throws Refusal for what cannot be said in its engine's terms.
   */
  for(model: ServedModel, replica: ReplicaHandle): SpokenQuestion {
    const { request, requestId, translation } = this.#asked
    const ownPath = translation === null ? null : translation.ownPath
    const isOwnDialect =
      ownPath !== null && this.#deniedBy?.has(replica) !== true && replica.routes.isWorthAsking(ownPath)
    const isPassedOn = translation === null || isOwnDialect
    const { path, contentType, body, answer } = isPassedOn ? this.#passOn(model) : this.#translate(model)
    const own = ['x-request-id', requestId]
    if (contentType !== null) own.push('content-type', contentType)
    if (replica.headers.length > 0) own.push(...replica.headers)
    const headers = headersForEngine(request.head.fields, own)
    const method = request.method === 'GET' || request.method === 'DELETE' ? request.method : 'POST'
    const memory = this.#admitted.question.lend(body)
    return { request: { method, path, headers, body, memory }, answer, isOwnDialect }
  }

  /** The LoRA adapter that this model is asked for; null for the model itself, and for one that answers in its place. */
  adapterFor({ name }: ServedModel): string | null {
    const { adapter, model } = this.#admitted
    return adapter === null || model.name !== name ? null : adapter
  }

  #passOn(served: ServedModel): Spoken {
    const { model } = served
    const engineName = this.adapterFor(served) ?? served.engineName
    const { path, response, requestId } = this.#asked
    const { question } = this.#admitted
    const enginePath = question.pathFor(engineName)
    const options = { hidesUsage: question.hidesUsage, errorShape: errorShapeOf(path) }
    const relayed = new RelayedAnswer(response, requestId, options)
    const addsName = enginePath.startsWith(chatPath) && model.chat.reasoningNames === 'both'
    const answer = addsName ? new ReasoningAnswer(response, requestId, relayed) : relayed
    return { path: enginePath, contentType: question.contentType, body: question.bodyFor(engineName), answer }
  }

  #translate(served: ServedModel): Spoken {
    const { path, response, requestId } = this.#asked
    const translated = this.#translatedFor(served)
    const { question } = translated
    const body = (translated.body ??= Buffer.from(JSON.stringify(question.request)))
    const answer = new TranslatedAnswer(response, requestId, question.answer(), errorShapeOf(path))
    return { path: question.path, contentType: 'application/json', body, answer }
  }

  /** Translated once for each name that an engine knows the model by. */
  #translatedFor(served: ServedModel): Translated {
    const engineName = this.adapterFor(served) ?? served.engineName
    const known = this.#translated?.get(engineName)
    if (known !== undefined) return known
    const { translation } = this.#asked
    if (translation === null) throw new Error('only a question in a dialect can be translated')
    const translated = { question: translation.question(this.#jsonFor(engineName)), body: null }
    this.#translated ??= new Map()
    this.#translated.set(engineName, translated)
    return translated
  }

  #jsonFor(engineName: string): Buffer {
    const body = this.#admitted.question.bodyFor(engineName)
    if (!Buffer.isBuffer(body)) throw new Error('only a question in JSON can be translated')
    return body
  }

  /** A field of the client's, named in any case. */
  header(name: string): string | undefined {
    return this.#asked.request.header(name.toLowerCase())
  }

  /** The prompt, for the choice of a replica. */
  get prompt(): PromptRange | null {
    return this.#admitted.question.prompt
  }

  /**
   * The question, where this model's engine renders its prompt in a known way: as a chat or completion, or in a dialect
   * of which it is known what chat comes of it, here or in the engine.
   */
  renderableFor(served: ServedModel): RenderableQuestion | null {
    const { translation } = this.#asked
    const { question } = this.#admitted
    if (translation === null) return question.renderable
    const { ownPath } = translation
    const length = question.prompt?.bytes.length ?? 0
    if (ownPath === null || !served.replicas.some(({ routes }) => routes.isWorthAsking(ownPath))) {
      // What is translated for this is what is sent then.
      return {
        kind: 'chat',
        length,
        body: null,
        dialect: '',
        fields: () => chatOf(this.#translatedFor(served).question),
      }
    }
    const { promptOf } = translation
    if (promptOf === undefined) return null
    return {
      kind: 'chat',
      length,
      body: null,
      dialect: ownPath,
      fields: () => promptOf(this.#jsonFor(served.engineName)),
    }
  }

  /** Whether it can be asked more than once: a form that flows through cannot. */
  get isRepeatable(): boolean {
    return this.#admitted.question.isRepeatable
  }

  /** No other replica is asked. */
  settle(): void {
    this.#admitted.question.settle()
  }

  /** The exchange is over: a form that no engine took is read no further. */
  release(): void {
    this.#admitted.question.release()
  }

  /**
   * Takes the status that a replica answers with.
   * @returns whether the same replica is to be asked again, with what `for` says now
   */
  isMisunderstood(replica: ReplicaHandle, isOwnDialect: boolean, status: number): boolean {
    const ownPath = this.#asked.translation?.ownPath ?? null
    if (ownPath === null) return false
    if (isOwnDialect) {
      if (!isMissing(status) || replica.routes.isCertain(ownPath)) return false
      this.#deniedBy ??= new Set()
      this.#deniedBy.add(replica)
      return true
    }
    // Of an unknown adapter or model both answers say 404: that tells nothing of the path.
    if (this.#deniedBy?.has(replica) === true && status < 400) replica.routes.learnMissing(ownPath)
    return false
  }
}

/** @throws where it is no chat */
function chatOf({ path, request }: TranslatedQuestion): object {
  if (path !== chatPath) throw new Error(`${path} makes no prompt`)
  return request
}
