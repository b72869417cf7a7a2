import type { GenerationResult } from '../serving/index.ts'
import type { EvaluateOptions, LlamaSequence } from './node-llama-cpp.ts'
import { StopStrings } from './stop-strings.ts'
import { TokenText } from './token-text.ts'
import type { Vocabulary } from './vocabulary.ts'

/** One sequence to generate, fully prepared. */
export interface GenerationJob {
  readonly prompt: readonly number[]
  /** At least 1, and no more than the context holds after the prompt. */
  readonly maxTokens: number
  readonly stop: readonly string[]
  readonly ignoreEos: boolean
  /** The answer so far; filled here, read by the penalties. */
  readonly generated: number[]
  readonly sampling: EvaluateOptions
  readonly onText: (text: string, tokens: number) => void
  readonly signal: AbortSignal
}

type Ending = Pick<GenerationResult, 'finishReason' | 'stopReason'>

/** A job on its sequence: first the prompt is read, some tokens a step, then one token a step is generated. */
export class Generation {
  readonly job: GenerationJob
  readonly #sequence: LlamaSequence
  readonly #vocabulary: Vocabulary
  readonly #cachedTokens: number
  readonly #text: TokenText
  readonly #stops: StopStrings
  #readTokens: number
  #answer: AsyncGenerator<number, void, void> | undefined
  /** Tokens whose text was not handed on yet. */
  #silentTokens = 0
  #ending: Ending | undefined

  /** @param cachedTokens prompt tokens that the sequence holds already; fewer than the prompt has. */
  constructor(job: GenerationJob, sequence: LlamaSequence, vocabulary: Vocabulary, cachedTokens: number) {
    this.job = job
    this.#sequence = sequence
    this.#vocabulary = vocabulary
    this.#cachedTokens = cachedTokens
    this.#readTokens = cachedTokens
    this.#text = new TokenText(vocabulary.decodeAnswer, job.prompt)
    this.#stops = new StopStrings(job.stop)
  }

  /** Prompt tokens that are still to be read; 0 once it generates. */
  get remainingPrompt(): number {
    return this.job.prompt.length - this.#readTokens
  }

  /** Set once the answer is complete. */
  get result(): GenerationResult | undefined {
    return (
      this.#ending && {
        ...this.#ending,
        promptTokens: this.job.prompt.length,
        completionTokens: this.job.generated.length,
        cachedTokens: this.#cachedTokens,
      }
    )
  }

  /** Reads up to `promptTokens` of the prompt; the last of them, and every later call, give one token of the answer. */
  async advance(promptTokens: number): Promise<void> {
    if (promptTokens < this.remainingPrompt) {
      const chunk = this.job.prompt.slice(this.#readTokens, this.#readTokens + promptTokens)
      await this.#sequence.evaluateWithoutGeneratingNewTokens(chunk)
      this.#readTokens += chunk.length
      return
    }
    this.#answer ??= this.#sequence.evaluate(this.job.prompt.slice(this.#readTokens), this.job.sampling)
    this.#readTokens = this.job.prompt.length
    const { value: token } = await this.#answer.next()
    if (token === undefined) throw new Error('the engine gave no token')
    this.#take(token)
  }

  /** Lets go of the sampler; the sequence keeps its KV cache. */
  async release(): Promise<void> {
    await this.#answer?.return()
  }

  #take(token: number): void {
    const { generated, ignoreEos, maxTokens } = this.job
    generated.push(token)
    this.#silentTokens += 1
    if (this.#vocabulary.endsAnswer(token) && !ignoreEos) {
      this.#finish({ finishReason: 'stop' })
      return
    }
    const { text, stoppedBy } = this.#stops.push(this.#text.push(token))
    this.#handOn(text)
    if (stoppedBy !== undefined) this.#ending = { finishReason: 'stop', stopReason: stoppedBy }
    else if (generated.length >= maxTokens) this.#finish({ finishReason: 'length' })
  }

  #finish(ending: Ending): void {
    const { text, stoppedBy } = this.#stops.push(this.#text.flush())
    this.#handOn(stoppedBy === undefined ? text + this.#stops.flush() : text)
    this.#ending = stoppedBy === undefined ? ending : { finishReason: 'stop', stopReason: stoppedBy }
  }

  #handOn(text: string): void {
    if (text === '') return
    this.job.onText(text, this.#silentTokens)
    this.#silentTokens = 0
  }
}
