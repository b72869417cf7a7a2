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
import { Batch, type BatchSequence } from './batch.ts'
import { composeAnswer } from './compose-answer.ts'
import { embedTokens } from './embed-tokens.ts'
import { Faults, type Fault } from './faults.ts'
import { PrefixCache } from './prefix-cache.ts'
import { renderChat } from './render-chat.ts'
import type { SimulatedSettings } from './settings.ts'
import { tokenBytes, tokenize, tokenTexts } from './tokenizer.ts'

/** What a simulated engine is made of. */
export interface SimulatedOptions {
  readonly modelNames: readonly string[]
  readonly contextLength: number
  readonly settings: SimulatedSettings
}

/** The tokens after which a stream dies that is to die. */
const tokensBeforeDeath = 5

/** A deterministic fake model: text depends on prompt and seed only, time on the settings only. */
export class SimulatedBackend implements Backend {
  readonly modelNames: readonly string[]
  readonly contextLength: number
  readonly faults: Faults
  readonly #batch: Batch
  readonly #cache: PrefixCache
  readonly #capacityTokens: number
  readonly #loaded: NodeJS.Timeout
  #state: 'loading' | 'ready' | 'failed' = 'loading'
  #heldTokens = 0
  #promptTokens = 0
  #cachedPromptTokens = 0
  #generatedTokens = 0

  constructor({ modelNames, contextLength, settings }: SimulatedOptions) {
    this.modelNames = modelNames
    this.contextLength = contextLength
    this.faults = new Faults(settings)
    this.#batch = new Batch({ ...settings, ttftMs: settings.ttft })
    this.#capacityTokens = settings.maxSequences * contextLength
    this.#cache = new PrefixCache(Math.min(this.#capacityTokens, 2 ** 20))
    if (settings.loadTime === 0) this.#state = 'ready'
    this.#loaded = setTimeout(() => this.setState('ready'), settings.loadTime)
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
    return {
      running: this.#batch.running,
      waiting: this.#batch.waiting,
      kvCacheUsage: Math.min(1, this.#heldTokens / this.#capacityTokens),
      promptTokens: this.#promptTokens,
      cachedPromptTokens: this.#cachedPromptTokens,
      generatedTokens: this.#generatedTokens,
    }
  }

  async generate(
    request: GenerationRequest,
    onText: (text: string, tokens: number) => void,
    signal: AbortSignal,
    onPrompt?: (promptTokens: number) => void,
  ): Promise<GenerationResult> {
    const prompt = this.#promptOf(request)
    const room = this.contextLength - prompt.length
    if (room < 1) throw promptTooLong(this.contextLength, prompt.length)
    if (request.maxTokens !== undefined && request.maxTokens > room) {
      throw answerTooLong(this.contextLength, prompt.length, request.maxTokens)
    }
    const answer = composeAnswer({
      promptTokens: prompt,
      seed: request.seed ?? 0,
      limit: request.maxTokens ?? room,
      stop: request.stop,
      ignoreEos: request.ignoreEos,
      format: request.responseFormat,
    })
    onPrompt?.(prompt.length)
    const fault = this.faults.next(request.isStreamed)
    if (fault === 'fail') throw simulatedFailure()
    const cachedTokens = await this.#run(prompt, tokensUntil(fault, answer.tokens.length), signal, (from, to) => {
      this.#generatedTokens += to - from
      for (const text of answer.texts.slice(from, to)) onText(text, 1)
    })
    if (fault === 'die') throw new ConnectionCut()
    this.#cache.add([...prompt, ...answer.tokens])
    return {
      finishReason: answer.finishReason,
      ...(answer.stopReason !== undefined && { stopReason: answer.stopReason }),
      promptTokens: prompt.length,
      completionTokens: answer.tokens.length,
      cachedTokens,
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
    await this.#run(prompts.flat(), tokensUntil(fault, 1), signal, () => {})
    return { vectors: prompts.map(embedTokens), promptTokens: prompts.flat().length }
  }

  async tokenize(text: string): Promise<readonly number[]> {
    return tokenize(text)
  }

  async tokenizeChat(messages: readonly ChatMessage[], tools?: readonly unknown[]): Promise<readonly number[]> {
    return tokenize(renderChat(messages, tools))
  }

  async detokenize(tokens: readonly number[]): Promise<string> {
    return tokenTexts(this.#tokensOf(tokens)).join('')
  }

  async close(): Promise<void> {
    clearTimeout(this.#loaded)
  }

  /** Takes a sequence through the batch; resolves to how many of its prompt's tokens were cached when it started. */
  async #run(
    prompt: readonly number[],
    tokens: number,
    signal: AbortSignal,
    onTokens: BatchSequence['onTokens'],
  ): Promise<number> {
    let cachedTokens = 0
    let held = 0
    try {
      await this.#batch.run(
        {
          tokens,
          onStart: () => {
            cachedTokens = this.#cache.match(prompt)
            this.#cache.add(prompt)
            this.#promptTokens += prompt.length
            this.#cachedPromptTokens += cachedTokens
            held = prompt.length
            this.#heldTokens += held
          },
          onTokens: (from, to) => {
            held += to - from
            this.#heldTokens += to - from
            onTokens(from, to)
          },
        },
        signal,
      )
    } finally {
      this.#heldTokens -= held
    }
    return cachedTokens
  }

  #promptOf({ input }: GenerationRequest): readonly number[] {
    return this.#tokensOf(input.kind === 'chat' ? renderChat(input.messages, input.tools) : input.prompt)
  }

  #tokensOf(input: string | readonly number[]): readonly number[] {
    if (typeof input === 'string') return tokenize(input)
    const unknown = input.find((token) => tokenBytes(token) === undefined)
    if (unknown !== undefined) throw invalidValue(`Token id ${unknown} is out of vocabulary`)
    return input
  }
}

function tokensUntil(fault: Fault, tokens: number): number {
  if (fault === 'hang') return Infinity
  return fault === 'die' ? Math.min(tokens, tokensBeforeDeath) : tokens
}

function simulatedFailure(): ServingError {
  return new ServingError(500, 'A simulated failure (failEvery).', 'InternalServerError')
}
