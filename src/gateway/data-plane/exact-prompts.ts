import type { CounterSeries, HistogramSeries } from '../../observe/index.ts'
import {
  chatBytes,
  ExactKnowledge,
  takeImagesOut,
  type BodyImages,
  type ExactIndexMemory,
  type PromptContext,
  type LearnedSizes,
} from '../../scheduling/index.ts'
import type { Prompting } from '../exact/prompting-data.ts'
import type { RenderableQuestion } from './question.ts'
import type { EventTrust, PromptKind } from './event-trust.ts'
import { bytesPerToken, type ReplicaHandle } from './replica-handle.ts'

/** Why a prompt is not looked up by what engines say: a closed list, the label of a metric. */
export type ApproximateReason = 'too_large' | 'unrenderable' | 'media' | 'other_path' | 'untrusted' | 'no_events'

/** A prompt as its engine's tokenizer gets it. */
export interface ExactPrompt {
  /** An image is a mark in them. */
  readonly bytes: Uint8Array
  readonly images: number
  readonly context: PromptContext
  /** The path of the dialect that its engine turns into a chat by itself; empty for none. */
  readonly dialect: PromptKind['dialect']
}

/** A prompt, or why there is none to look up; both where it is looked up only to see whether that would be right. */
export interface ExactReading {
  readonly prompt: ExactPrompt | null
  readonly reason: ApproximateReason | null
}

/** What a replica was predicted to hold of a prompt that it was sent. */
export interface Prediction {
  readonly by: ExactPrompts
  readonly heldTokens: number
  readonly promptBytes: number
  /** As of its prompt. */
  readonly images: number
  readonly dialect: PromptKind['dialect']
  /** Whether it computed other prompts then, of which it had not told yet. */
  readonly wasComputing: boolean
}

/** What an engine says of a prompt that it was sent. */
export interface ReportedPrompt {
  readonly inputTokens: number
  readonly cachedTokens: number
}

/** What a model's prompts are looked up with. */
export interface ExactPromptsParts {
  readonly memory: ExactIndexMemory
  readonly prompting: Prompting
  /** What answers have taught. */
  readonly sizes: LearnedSizes
  readonly trust: EventTrust
  /** Counts requests by why they were not looked up. */
  readonly counted: (reason: ApproximateReason | '') => CounterSeries
  /** Counts predictions by what was wrong. */
  readonly predicted: (reason: 'too_many' | 'too_few' | '') => CounterSeries
  /** By how many blocks they were off. */
  readonly predictionError: () => HistogramSeries
  /** Predictions of a kind of prompts are found wrong too often, or right again. */
  readonly onTrust: (isTrusted: boolean, wrongShare: number, kind: PromptKind) => void
}

/** Larger requests are not rendered: no request holds a thread for more than some milliseconds. */
const mostBytes = 1_000_000
/** The same with its images, which are hashed and not rendered: 0.6 ms a megabyte. */
const mostBytesWithImages = 8_000_000
/** vLLM's usual block, as long as no event has told of one. */
const usualBlockTokens = 16
const noImages: BodyImages = { images: [], imageBytes: 0, text: () => '' }
const plain: PromptContext = { adapter: null, cacheSalt: null }
/** Whose prompt was read last, and what came of it: it is asked for several times in a row. */
const last: { by: ExactPrompts | null; of: object | null; reading: ExactReading } = {
  by: null,
  of: null,
  reading: { prompt: null, reason: null },
}

/** What replicas of one model hold of prompts, as their engines say: the read side, of one thread. */
export class ExactPrompts {
  readonly #parts: ExactPromptsParts
  readonly #knowledge: ExactKnowledge
  #byNumber = new Int32Array(16)
  /** Tokens held, by place among the replicas. */
  #matches = new Int32Array(16)

  constructor(parts: ExactPromptsParts) {
    this.#parts = parts
    this.#knowledge = new ExactKnowledge(parts.memory)
  }

  /**
   * Renders a question's prompt; good until another one is read.
   * @param question the same object for the same prompt
   * @param adapter that computes it; null for the model itself
   */
  read(question: object, renderable: () => RenderableQuestion | null, adapter: string | null = null): ExactReading {
    if (last.by === this && last.of === question) return last.reading
    const reading = this.#read(renderable(), adapter)
    last.by = this
    last.of = question
    last.reading = reading
    return reading
  }

  #read(question: RenderableQuestion | null, adapter: string | null): ExactReading {
    if (question === null) return { prompt: null, reason: 'other_path' }
    const { dialect } = question
    if (question.length > this.#mostBytesOf(question)) return { prompt: null, reason: 'too_large' }
    if (this.#knowledge.blockTokens === 0) return { prompt: null, reason: 'no_events' }
    const isTrusted = this.#parts.trust.on({ dialect, hasImages: false }).state.isTrusted
    if (!isTrusted && !this.#parts.trust.isSampled()) return { prompt: null, reason: 'untrusted' }
    const prompt = this.#render(question, adapter)
    if (typeof prompt === 'string') return { prompt: null, reason: prompt }
    if (!isTrusted) return { prompt, reason: 'untrusted' }
    if (prompt.images === 0 || this.#parts.trust.on({ dialect, hasImages: true }).state.isTrusted) {
      return { prompt, reason: null }
    }
    return { prompt: this.#parts.trust.isSampled() ? prompt : null, reason: 'untrusted' }
  }

  #mostBytesOf({ body }: RenderableQuestion): number {
    return body === null || this.#parts.prompting.images === null ? mostBytes : mostBytesWithImages
  }

  #render(question: RenderableQuestion, adapter: string | null): ExactPrompt | ApproximateReason {
    const { template, promptBytes, images } = this.#parts.prompting
    const { kind, body, dialect } = question
    const taken = body === null || images === null ? noImages : takeImagesOut(body, mostBytes)
    if (taken === null) return 'too_large'
    let request: { readonly prompt?: unknown; readonly cache_salt?: unknown }
    try {
      request = taken.images.length === 0 ? question.fields() : (JSON.parse(taken.text()) as typeof request)
    } catch {
      return 'unrenderable'
    }
    const { cache_salt: salt, prompt } = request
    const context =
      typeof salt === 'string' || adapter !== null
        ? { adapter, cacheSalt: typeof salt === 'string' ? salt : null }
        : plain
    if (kind === 'completion') {
      if (typeof prompt !== 'string') return 'unrenderable'
      return { bytes: promptBytes(prompt, true), images: 0, context, dialect }
    }
    const rendered = template.render(request, question.length - taken.imageBytes, Date.now(), images !== null)
    if (rendered.kind === 'none') return 'unrenderable'
    const bytes = chatBytes(rendered, taken.images, promptBytes, images)
    return bytes === null ? 'media' : { bytes, images: rendered.images.length, context, dialect }
  }

  /** Tokens of a prompt that each replica holds, by place; good until it is asked again. */
  held(replicas: readonly ReplicaHandle[], { bytes, context }: ExactPrompt): Int32Array {
    let most = 0
    for (const { exactNumber } of replicas) most = Math.max(most, exactNumber + 1)
    if (this.#byNumber.length < most) this.#byNumber = new Int32Array(2 * most)
    if (this.#matches.length < replicas.length) this.#matches = new Int32Array(2 * replicas.length)
    this.#knowledge.heldTokens(bytes, this.#byNumber, context)
    for (let place = 0; place < replicas.length; place += 1) {
      const number = replicas[place]?.exactNumber ?? -1
      this.#matches[place] = number < 0 ? 0 : (this.#byNumber[number] ?? 0)
    }
    return this.#matches
  }

  /** About how many tokens a prompt has. */
  estimateTokens({ bytes, images }: ExactPrompt): number {
    return Math.ceil(bytes.length / this.#bytesPerToken + images * this.#parts.sizes.imageTokens.value)
  }

  /**
   * What its replica is predicted to hold of a prompt, for `answered`; null where it was not looked up.
   * @param heldTokens as its engine tells
   * @param wasComputing whether it computes other prompts, of which it has not told yet
   */
  predict({ prompt }: ExactReading, heldTokens: number, wasComputing: boolean): Prediction | null {
    if (prompt === null) return null
    const { bytes, images, dialect } = prompt
    return { by: this, heldTokens, promptBytes: bytes.length, images, dialect, wasComputing }
  }

  /** A request was sent by this reading. */
  count({ reason }: ExactReading): void {
    this.#parts.counted(reason ?? '').add(1)
  }

  /** Compares what a replica was predicted to hold with what its engine says that it did. */
  answered(prediction: Prediction, { inputTokens, cachedTokens }: ReportedPrompt): void {
    const { heldTokens, images, dialect, wasComputing } = prediction
    if (inputTokens > 0) this.#learnLengths(prediction, inputTokens)
    const blockTokens = this.#knowledge.blockTokens || usualBlockTokens
    const allowed = 2 * blockTokens
    const isTooFew = cachedTokens > heldTokens + allowed
    // What it was about to compute it may have held by the time that it came to this prompt.
    if (isTooFew && wasComputing) return
    this.#parts.predicted(isTooFew ? 'too_few' : heldTokens > cachedTokens + allowed ? 'too_many' : '').add(1)
    this.#parts.predictionError().observe(Math.ceil(Math.abs(heldTokens - cachedTokens) / blockTokens))
    const kind = { dialect, hasImages: images > 0 }
    const agreement = this.#parts.trust.on(kind)
    if (!agreement.compare(heldTokens, cachedTokens, blockTokens)) return
    const { isTrusted, wrongShare } = agreement.state
    this.#parts.onTrust(isTrusted, wrongShare, kind)
  }

  /** How many bytes of text are a token, and how many tokens an image is. */
  #learnLengths({ promptBytes, images }: Prediction, inputTokens: number): void {
    const { promptBytesPerToken, imageTokens } = this.#parts.sizes
    if (images === 0) promptBytesPerToken.learn(promptBytes / inputTokens)
    else imageTokens.learn((inputTokens - promptBytes / this.#bytesPerToken) / images)
  }

  /** Of text, as answers told. */
  get #bytesPerToken(): number {
    return this.#parts.sizes.promptBytesPerToken.value || bytesPerToken
  }
}
