import { chatTokens, tokenBytes, tokenize, tokenTexts } from '../../engines/index.ts'
import {
  answerTooLong,
  ConnectionCut,
  invalidValue,
  promptTooLong,
  ServingError,
  type Backend,
  type ChatMessage,
  type GenerationRequest,
  type GenerationResult,
  type ServingLoad,
} from '../serving/index.ts'
import { composeAnswer } from './compose-answer.ts'
import { embedTokens } from './embed-tokens.ts'
import { shapeOf } from './engine-shape.ts'
import { Faults } from './faults.ts'
import type { TransferWish } from './kv-transfer/index.ts'
import { longestTimerMs } from './longest-timer.ts'
import { transferOf, type EngineTransfer } from './engine-transfer.ts'
import type { SimulatedSettings } from './settings.ts'
import { SimulatedEngine, type Job, type SimulatedEngineOptions } from './simulated-engine.ts'

/** What a simulated engine is made of. */
export interface SimulatedOptions extends Omit<SimulatedEngineOptions, 'shape' | 'handover' | 'shared'> {
  readonly modelNames: readonly string[]
  /** LoRA adapters that it has from the start; they change nothing of its answers. */
  readonly adapters?: readonly string[]
  readonly contextLength: number
  readonly settings: SimulatedSettings
}

/** The tokens after which a stream dies that is to die. */
const tokensBeforeDeath = 5

/** A deterministic fake model: text depends on prompt and seed only, time on the settings and on what runs beside it. */
export class SimulatedBackend implements Backend {
  /** Its LoRA adapters, by the names that requests ask for them by; more may be loaded while it runs. */
  readonly adapters: Set<string>
  readonly takesNamedImages = true
  readonly contextLength: number
  readonly faults: Faults
  readonly engine: SimulatedEngine
  readonly #modelNames: readonly string[]
  readonly #settings: SimulatedSettings
  readonly #transfer: EngineTransfer
  readonly #loaded: NodeJS.Timeout
  #state: 'loading' | 'ready' | 'failed' = 'loading'

  constructor({ modelNames, adapters = [], contextLength, settings, ...options }: SimulatedOptions) {
    this.#modelNames = modelNames
    this.adapters = new Set(adapters)
    this.contextLength = contextLength
    this.faults = new Faults(settings)
    this.#settings = settings
    this.#transfer = transferOf(settings)
    const shape = shapeOf(settings, contextLength)
    this.engine = new SimulatedEngine({ ...options, shape, ...this.#transfer })
    if (settings.loadTime === 0) this.#state = 'ready'
    this.#loaded = setTimeout(() => this.setState('ready'), Math.min(settings.loadTime, longestTimerMs))
  }

  get modelNames(): readonly string[] {
    return [...this.#modelNames, ...this.adapters]
  }

  state(): 'loading' | 'ready' | 'failed' {
    return this.#state
  }

  /** Pretends to be in another state. */
  setState(state: 'loading' | 'ready' | 'failed'): void {
    clearTimeout(this.#loaded)
    this.#state = state
  }

  load(): ServingLoad {
    return this.engine.load()
  }

  onStep(listener: (tokens: number) => void): void {
    this.engine.onStep(listener)
  }

  listening(address: { readonly host: string; readonly port: number }): void {
    this.engine.listening(address)
  }

  async generate(
    request: GenerationRequest,
    onText: (text: string, tokens: number) => void,
    signal: AbortSignal,
    onPrompt?: (promptTokens: number) => void,
  ): Promise<GenerationResult> {
    const { tokens: prompt, images } = this.#promptOf(request)
    const room = this.contextLength - prompt.length
    if (room < 1) throw promptTooLong(this.contextLength, prompt.length)
    if (request.maxTokens !== undefined && request.maxTokens > room) {
      throw answerTooLong(this.contextLength, prompt.length, request.maxTokens)
    }
    const wish = this.#wishOf(request)
    const answer = composeAnswer({
      promptTokens: prompt,
      seed: request.seed ?? 0,
      // Whoever keeps a prompt for another engine generates one token, and the other one goes on.
      limit: wish.kind === 'keep' ? 1 : (request.maxTokens ?? room),
      stop: request.stop,
      ignoreEos: request.ignoreEos,
      format: request.responseFormat,
    })
    onPrompt?.(prompt.length)
    const fault = this.faults.next(request.isStreamed)
    if (fault === 'fail') throw simulatedFailure()
    const tokens = answer.tokens.slice(0, fault === 'die' ? tokensBeforeDeath : undefined)
    let given = 0
    const job: Job = {
      prompt,
      answer: tokens,
      outputTokens: tokens.length,
      wish,
      salt: request.cacheSalt,
      images,
      onToken: () => {
        this.engine.countGenerated()
        onText(answer.texts[given] ?? '', 1)
        given += 1
      },
    }
    if (fault === 'hang') return this.engine.hang(job, this.contextLength, signal)
    const end = await this.engine.run(job, signal)
    const kvTransfer = wish.kind === 'keep' ? await this.engine.keep(wish.name, job, end, signal) : null
    if (fault === 'die') throw new ConnectionCut()
    return {
      finishReason: answer.finishReason,
      ...(answer.stopReason !== undefined && { stopReason: answer.stopReason }),
      promptTokens: prompt.length,
      completionTokens: answer.tokens.length,
      cachedTokens: end.cachedTokens,
      ...(kvTransfer !== null && { kvTransfer }),
      stages: end.stages,
    }
  }

  async embed(
    inputs: readonly (string | readonly number[])[],
    signal: AbortSignal,
  ): Promise<{ readonly vectors: readonly (readonly number[])[]; readonly promptTokens: number }> {
    const prompts = inputs.map((input) => this.#tokensOf(input))
    const tooLong = prompts.find((tokens) => tokens.length > this.contextLength)
    if (tooLong !== undefined) throw promptTooLong(this.contextLength, tooLong.length)
    const fault = this.faults.next(false)
    if (fault === 'fail') throw simulatedFailure()
    const all = prompts.flat()
    // All inputs are one sequence; what is longer than a context takes no time.
    const prompt = all.slice(0, this.contextLength - 1)
    const job: Job = { prompt, answer: [], outputTokens: 1, wish: { kind: 'none' }, onToken() {} }
    await (fault === 'hang' ? this.engine.hang(job, this.contextLength, signal) : this.engine.run(job, signal))
    return { vectors: prompts.map(embedTokens), promptTokens: all.length }
  }

  async tokenize(text: string): Promise<readonly number[]> {
    return tokenize(text)
  }

  async tokenizeChat(messages: readonly ChatMessage[], tools?: readonly unknown[]): Promise<readonly number[]> {
    return chatTokens(messages, tools).tokens
  }

  async detokenize(tokens: readonly number[]): Promise<string> {
    return tokenTexts(this.#tokensOf(tokens)).join('')
  }

  async close(): Promise<void> {
    clearTimeout(this.#loaded)
    await this.engine.close()
  }

  #wishOf(request: GenerationRequest): TransferWish {
    const { handover, shared } = this.#transfer
    if (shared !== null) return { kind: 'share' }
    return handover?.read(request, this.#settings.kvRole) ?? { kind: 'none' }
  }

  #promptOf({ input }: GenerationRequest): ReturnType<typeof chatTokens> {
    if (input.kind === 'chat') return chatTokens(input.messages, input.tools)
    return { tokens: this.#tokensOf(input.prompt), images: [] }
  }

  #tokensOf(input: string | readonly number[]): readonly number[] {
    if (typeof input === 'string') return tokenize(input)
    const unknown = input.find((token) => tokenBytes(token) === undefined)
    if (unknown !== undefined) throw invalidValue(`Token id ${unknown} is out of vocabulary`)
    return input
  }
}

function simulatedFailure(): ServingError {
  return new ServingError(500, 'A simulated failure (failEvery).', 'InternalServerError')
}
