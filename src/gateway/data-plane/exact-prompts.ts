import type { CounterSeries, HistogramSeries } from '../../observe/index.ts'
import { Agreement, ExactKnowledge, type ExactIndexMemory, type PromptContext } from '../../scheduling/index.ts'
import type { Prompting } from '../exact/prompting-data.ts'
import type { RenderableQuestion } from './question.ts'
import { bytesPerToken, type ReplicaHandle } from './replica-handle.ts'

/** Why a prompt is not looked up by what engines say: a closed list, the label of a metric. */
export type ApproximateReason = 'too_large' | 'unrenderable' | 'other_path' | 'untrusted' | 'no_events'

/** A prompt as its engine's tokenizer gets it. */
export interface ExactPrompt {
  readonly bytes: Uint8Array
  readonly context: PromptContext
  /** The path of the dialect that its engine turns into a chat by itself; empty for none. */
  readonly dialect: string
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
  readonly dialect: string
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
  /** Counts requests by why they were not looked up. */
  readonly counted: (reason: ApproximateReason | '') => CounterSeries
  /** Counts predictions by what was wrong. */
  readonly predicted: (reason: 'too_many' | 'too_few' | '') => CounterSeries
  /** By how many blocks they were off. */
  readonly predictionError: () => HistogramSeries
  /** Predictions of a dialect, or of chats and completions where it is empty, are found wrong too often, or right again. */
  readonly onTrust: (isTrusted: boolean, wrongShare: number, dialect: string) => void
}

/** Larger requests are not rendered: no request holds a thread for more than some milliseconds. */
const mostBytes = 1_000_000
/** Of the requests that come while it is not trusted, one in this many is looked up, to see whether it may be again. */
const sampledWhileUntrusted = 8
/** vLLM's usual block, as long as no event has told of one. */
const usualBlockTokens = 16
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
  /** By dialect: what engines make of another one says nothing of chats. */
  readonly #agreements = new Map<string, Agreement>()
  #byNumber = new Int32Array(16)
  /** Tokens held, by place among the replicas. */
  #matches = new Int32Array(16)
  #bytesPerToken = bytesPerToken
  #sample = 0

  constructor(parts: ExactPromptsParts) {
    this.#parts = parts
    this.#knowledge = new ExactKnowledge(parts.memory)
  }

  /**
   * Renders a question's prompt; good until another one is read.
   * @param question the same object for the same prompt
   */
  read(question: { readonly adapter?: string | null }, renderable: () => RenderableQuestion | null): ExactReading {
    if (last.by === this && last.of === question) return last.reading
    const reading = this.#read(renderable(), question.adapter ?? null)
    last.by = this
    last.of = question
    last.reading = reading
    return reading
  }

  #read(question: RenderableQuestion | null, adapter: string | null): ExactReading {
    if (question === null) return { prompt: null, reason: 'other_path' }
    if (question.length > mostBytes) return { prompt: null, reason: 'too_large' }
    if (this.#knowledge.blockTokens === 0) return { prompt: null, reason: 'no_events' }
    const reason = this.#agreementOn(question.dialect).state.isTrusted ? null : 'untrusted'
    if (reason !== null) {
      this.#sample = (this.#sample + 1) % sampledWhileUntrusted
      if (this.#sample !== 0) return { prompt: null, reason }
    }
    const prompt = this.#render(question, adapter)
    return prompt === null ? { prompt, reason: 'unrenderable' } : { prompt, reason }
  }

  #agreementOn(dialect: string): Agreement {
    let agreement = this.#agreements.get(dialect)
    if (agreement === undefined) this.#agreements.set(dialect, (agreement = new Agreement()))
    return agreement
  }

  #render(question: RenderableQuestion, adapter: string | null): ExactPrompt | null {
    const { template, promptBytes } = this.#parts.prompting
    const { kind, length, dialect } = question
    let request: { readonly prompt?: unknown; readonly cache_salt?: unknown }
    try {
      request = question.fields()
    } catch {
      return null
    }
    const { cache_salt: salt, prompt } = request
    const context =
      typeof salt === 'string' || adapter !== null
        ? { adapter, cacheSalt: typeof salt === 'string' ? salt : null }
        : plain
    if (kind === 'completion') {
      return typeof prompt === 'string' ? { bytes: promptBytes(prompt, true), context, dialect } : null
    }
    const rendered = template.render(request, length, Date.now())
    return rendered.kind === 'none' ? null : { bytes: promptBytes(rendered.text, false), context, dialect }
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
  estimateTokens({ bytes }: ExactPrompt): number {
    return Math.ceil(bytes.length / this.#bytesPerToken)
  }

  /** A request was sent by this reading. */
  count({ reason }: ExactReading): void {
    this.#parts.counted(reason ?? '').add(1)
  }

  /** Compares what a replica was predicted to hold with what its engine says that it did. */
  answered(prediction: Prediction, { inputTokens, cachedTokens }: ReportedPrompt): void {
    const { heldTokens, promptBytes, dialect, wasComputing } = prediction
    if (inputTokens > 0) this.#bytesPerToken += (promptBytes / inputTokens - this.#bytesPerToken) * 0.05
    const blockTokens = this.#knowledge.blockTokens || usualBlockTokens
    const allowed = 2 * blockTokens
    const isTooFew = cachedTokens > heldTokens + allowed
    // What it was about to compute it may have held by the time that it came to this prompt.
    if (isTooFew && wasComputing) return
    this.#parts.predicted(isTooFew ? 'too_few' : heldTokens > cachedTokens + allowed ? 'too_many' : '').add(1)
    this.#parts.predictionError().observe(Math.ceil(Math.abs(heldTokens - cachedTokens) / blockTokens))
    const agreement = this.#agreementOn(dialect)
    if (!agreement.compare(heldTokens, cachedTokens, blockTokens)) return
    const { isTrusted, wrongShare } = agreement.state
    this.#parts.onTrust(isTrusted, wrongShare, dialect)
  }
}
