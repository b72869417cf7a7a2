/** A chat message as OpenAI's API has it; unknown fields are kept for the chat template. */
export interface ChatMessage {
  readonly role: string
  readonly content?: string | null | readonly { readonly type: string; readonly text?: string }[]
  readonly [field: string]: unknown
}

/** What the answer must look like. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly schema: unknown }

/** One sequence to generate. Every field is already checked for type and range. */
export interface GenerationRequest {
  /** A chat, to be rendered with the model's own template, or a prompt to continue. */
  readonly input:
    | { readonly kind: 'chat'; readonly messages: readonly ChatMessage[]; readonly tools?: readonly unknown[] }
    | { readonly kind: 'prompt'; readonly prompt: string | readonly number[] }
  /** Output tokens at the most; as many as the context holds when absent. */
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly minP?: number
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly repetitionPenalty?: number
  readonly stop: readonly string[]
  readonly ignoreEos: boolean
  readonly responseFormat: ResponseFormat
  /** Whether the client reads the answer as it comes; for fault injection and logs only. */
  readonly isStreamed: boolean
  /** The answer's id, and its number where a request has several. */
  readonly id?: string
  /** Keeps the KV blocks of one client apart from those of others. */
  readonly cacheSalt?: string
  /** Where the prompt's KV blocks come from or go to; opaque but to the engine (`kv_transfer_params`). */
  readonly kvTransfer?: Readonly<Record<string, unknown>>
  /** Where the engine that computes the prompt and the one that goes on meet, as SGLang has it (`bootstrap_…`). */
  readonly kvMeeting?: { readonly host?: string; readonly port?: number; readonly room?: number }
}

/** What became of a sequence inside an engine. */
export interface SequenceStages {
  /** From its coming to its first step. */
  readonly queuedMs: number
  /** From its first step to its first token. */
  readonly prefillMs: number
  /** From its first token to its last one. */
  readonly decodeMs: number
  /** How often it was thrown out of the batch. */
  readonly preemptions: number
  /** Prompt tokens that came from another engine. */
  readonly externalTokens: number
}

/** How a generation ended, and what it used. */
export interface GenerationResult {
  readonly finishReason: 'stop' | 'length'
  /** The stop string that ended it; absent when the model ended by itself. */
  readonly stopReason?: string
  readonly promptTokens: number
  readonly completionTokens: number
  /** Prompt tokens that were in the KV cache already. */
  readonly cachedTokens: number
  /** For whoever continues elsewhere (`kv_transfer_params`). */
  readonly kvTransfer?: Readonly<Record<string, unknown>>
  readonly stages?: SequenceStages
}

/** What engines with a paged KV cache tell beside the rest; totals since start. */
export interface PagedLoad {
  readonly kvBlockTokens: number
  readonly kvBlocks: number
  /** Sequences that wait for their prompt's KV blocks from another engine; part of those that wait. */
  readonly receiving: number
  readonly preemptions: number
  /** Prompt tokens that came from another engine. */
  readonly externalPromptTokens: number
  /** Whether it has a connector to other engines. */
  readonly hasConnector: boolean
  readonly failedTransfers: number
  /** Prompts that nobody fetched in time. */
  readonly expiredTransfers: number
}

/** Load and totals of an engine server. */
export interface ServingLoad {
  readonly running: number
  readonly waiting: number
  /** 0 to 1. */
  readonly kvCacheUsage: number
  /** Prompt tokens since start, cached ones included. */
  readonly promptTokens: number
  /** Prompt tokens since start that were in the KV cache already. */
  readonly cachedPromptTokens: number
  readonly generatedTokens: number
  readonly paged?: PagedLoad
}

/** The part of an engine server that computes; `serving/` puts OpenAI's HTTP surface before it. */
export interface Backend {
  /** Names under which the model is served; the first one is used in answers. */
  readonly modelNames: readonly string[]
  /** Those of the names that mean a LoRA adapter on top of the model; none when absent. */
  readonly adapters?: ReadonlySet<string>
  /** Whether chats may have images that the client names (`uuid`, as in vLLM); none may have others. No when absent. */
  readonly takesNamedImages?: boolean
  /** Prompt plus answer, in tokens; known once ready. */
  readonly contextLength: number
  /** Whether `/health` answers 200, 503 while loading, or 500. */
  state(): 'loading' | 'ready' | 'failed'
  load(): ServingLoad
  /**
   * Generates one sequence; `onText` gets text as it comes, never half a character, never part of a stop string;
   * `tokens` is how many tokens the text stands for. A token without text of its own may come as an empty text.
   * `onPrompt` is called once before the first text, as soon as the prompt's length is known.
   * A slow reader never holds a sequence: text that it has not read is merged by `serving/`.
   * Rejects with the signal's reason after an abort, once the sequence is freed; with `ServingError` for a bad request.
   */
  generate(
    request: GenerationRequest,
    onText: (text: string, tokens: number) => void,
    signal: AbortSignal,
    onPrompt?: (promptTokens: number) => void,
  ): Promise<GenerationResult>
  /** One vector an input. */
  embed(
    inputs: readonly (string | readonly number[])[],
    signal: AbortSignal,
  ): Promise<{ readonly vectors: readonly (readonly number[])[]; readonly promptTokens: number }>
  tokenize(text: string): Promise<readonly number[]>
  /** The tokens of a chat as the model's template renders it; `/tokenize` refuses `messages` when absent. */
  tokenizeChat?(messages: readonly ChatMessage[], tools?: readonly unknown[]): Promise<readonly number[]>
  detokenize(tokens: readonly number[]): Promise<string>
  /** Calls `listener` with the tokens computed in each step that has ended. */
  onStep?(listener: (tokens: number) => void): void
  /** The server has begun to listen here. */
  listening?(address: { readonly host: string; readonly port: number }): void
  /** Frees everything. */
  close(): Promise<void>
}

/** A request that cannot be served, as the engine server answers it. */
export class ServingError extends Error {
  readonly status: number
  readonly type: string
  readonly param: string | null

  constructor(status: number, message: string, type = 'BadRequestError', param: string | null = null) {
    super(message)
    this.name = 'ServingError'
    this.status = status
    this.type = type
    this.param = param
  }
}

/** Thrown by a backend to cut the client's connection without a further byte, as a dying process does. */
export class ConnectionCut extends Error {
  constructor() {
    super('connection cut')
    this.name = 'ConnectionCut'
  }
}
