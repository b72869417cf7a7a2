import {
  answerTooLong,
  promptTooLong,
  ServingError,
  type Backend,
  type ChatMessage,
  type GenerationRequest,
  type GenerationResult,
  type ServingLoad,
} from '../serving/index.ts'
import { loadEngine, type LoadedEngine } from './load-engine.ts'
import { samplingOptions } from './sampling.ts'
import type { LlamacppSettings } from './settings.ts'

const noLoad: ServingLoad = {
  running: 0,
  waiting: 0,
  kvCacheUsage: 0,
  promptTokens: 0,
  cachedPromptTokens: 0,
  generatedTokens: 0,
}

/** llama.cpp behind the common HTTP surface. It loads from the moment that it is made. */
export class LlamacppBackend implements Backend {
  readonly modelNames: readonly string[]
  /** Resolves once the model is loaded, rejects when that fails. */
  readonly loaded: Promise<void>
  readonly #closing = new AbortController()
  #state: ReturnType<Backend['state']> = 'loading'
  #engine: LoadedEngine | undefined

  constructor(settings: LlamacppSettings) {
    this.modelNames = settings.modelNames
    this.loaded = this.#load(settings)
    // Whoever waits for it hears of a failure; the state tells everybody else.
    this.loaded.catch(() => undefined)
  }

  get contextLength(): number {
    return this.#engine?.contextLength ?? 0
  }

  /** Whether `close` was called. */
  get isClosing(): boolean {
    return this.#closing.signal.aborted
  }

  state(): ReturnType<Backend['state']> {
    return this.#state
  }

  load(): ServingLoad {
    return this.#engine?.scheduler.load() ?? noLoad
  }

  async generate(
    request: GenerationRequest,
    onText: (text: string, tokens: number) => void,
    signal: AbortSignal,
    onPrompt: (promptTokens: number) => void = () => {},
  ): Promise<GenerationResult> {
    const { scheduler, grammars, contextLength } = this.#ready()
    const prompt = this.#promptOf(request)
    const room = contextLength - prompt.length
    if (room < 1) throw promptTooLong(contextLength, prompt.length)
    if (request.maxTokens !== undefined && request.maxTokens > room) {
      throw answerTooLong(contextLength, prompt.length, request.maxTokens)
    }
    const grammar = await grammars.stateFor(request.responseFormat)
    onPrompt(prompt.length)
    const generated: number[] = []
    const all = () => [...prompt, ...generated]
    return scheduler.run({
      prompt,
      maxTokens: request.maxTokens ?? room,
      stop: request.stop,
      // A grammar ends with the end token; nothing could follow it.
      ignoreEos: request.ignoreEos && grammar === undefined,
      generated,
      sampling: {
        ...samplingOptions(request, { generated, all, limit: contextLength }),
        ...(grammar !== undefined && { grammarEvaluationState: grammar }),
      },
      onText,
      signal,
    })
  }

  async embed(inputs: readonly (string | readonly number[])[], signal: AbortSignal) {
    return this.#ready().embedder.embed(inputs, signal)
  }

  async tokenize(text: string): Promise<readonly number[]> {
    return this.#ready().vocabulary.encode(text)
  }

  async tokenizeChat(messages: readonly ChatMessage[], tools?: readonly unknown[]): Promise<readonly number[]> {
    return this.#ready().vocabulary.encodeChat(messages, tools)
  }

  async detokenize(tokens: readonly number[]): Promise<string> {
    return this.#ready().vocabulary.decode(tokens)
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the engine was stopped'))
    await this.loaded.catch(() => undefined)
    this.#state = 'failed'
    await this.#engine?.close()
  }

  async #load(settings: LlamacppSettings): Promise<void> {
    try {
      this.#engine = await loadEngine(settings, this.#closing.signal)
      this.#state = 'ready'
    } catch (error) {
      this.#state = 'failed'
      throw error
    }
  }

  #ready(): LoadedEngine {
    if (this.#engine !== undefined && this.#state === 'ready') return this.#engine
    throw new ServingError(503, 'The model is not loaded.', 'ServiceUnavailableError')
  }

  #promptOf({ input }: GenerationRequest): readonly number[] {
    const { vocabulary, contextLength } = this.#ready()
    if (input.kind === 'chat') return vocabulary.encodeChat(input.messages, input.tools, contextLength)
    const { prompt } = input
    const tokens = typeof prompt === 'string' ? vocabulary.encode(prompt, contextLength) : vocabulary.checked(prompt)
    if (tokens.length > 0) return tokens
    throw new ServingError(400, 'The prompt is empty.', 'BadRequestError', 'prompt')
  }
}
