import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * The parts of node-llama-cpp 3.22 and of the Jinja interpreter that comes with it which this server uses. Both are installed
 * on demand into the engine cache and loaded from there, so their types are stated here.
 */
export interface NodeLlamaCpp {
  getLlama(options: {
    readonly build: 'never'
    readonly gpu: false
    readonly skipDownload: true
    readonly progressLogs: false
    readonly maxThreads: number
    readonly logLevel: 'error'
    readonly logger: (level: string, message: string) => void
  }): Promise<Llama>
  readonly LlamaGrammarEvaluationState: new (options: {
    readonly model: LlamaModel
    readonly grammar: LlamaGrammar
  }) => GrammarState
}

export interface Llama {
  loadModel(options: { readonly modelPath: string; readonly loadSignal?: AbortSignal }): Promise<LlamaModel>
  createGrammar(options: { readonly grammar: string }): Promise<LlamaGrammar>
  createGrammarForJsonSchema(schema: unknown): Promise<LlamaGrammar>
  getGrammarFor(type: 'json'): Promise<LlamaGrammar>
  dispose(): Promise<void>
}

export interface LlamaModel {
  readonly trainContextSize: number
  readonly tokens: {
    readonly bos: number | null
    readonly bosString: string | null
    readonly eosString: string | null
    readonly shouldPrependBosToken: boolean
  }
  readonly fileInfo: { readonly metadata: { readonly tokenizer?: { readonly chat_template?: unknown } } }
  tokenize(text: string, specialTokens: boolean): number[]
  detokenize(tokens: readonly number[], specialTokens: boolean, lastTokens?: readonly number[]): string
  isEogToken(token: number): boolean
  iterateAllTokens(): Iterable<number>
  createContext(options: {
    readonly contextSize: number | 'auto' | { readonly max: number }
    readonly sequences: number
    readonly batchSize: number
    readonly threads: number
    readonly createSignal?: AbortSignal
  }): Promise<LlamaContext>
  createEmbeddingContext(options: {
    readonly contextSize: number
    readonly batchSize: number
    readonly threads: number
  }): Promise<LlamaEmbeddingContext>
}

export interface LlamaContext {
  /** Of one sequence. */
  readonly contextSize: number
  getSequence(): LlamaSequence
}

export interface LlamaSequence {
  /** Tokens that are in the KV cache. */
  readonly nextTokenIndex: number
  compareContextTokens(tokens: readonly number[]): { readonly firstDifferentIndex: number }
  eraseContextTokenRanges(ranges: readonly { readonly start: number; readonly end: number }[]): Promise<void>
  clearHistory(): Promise<void>
  evaluate(tokens: readonly number[], options: EvaluateOptions): AsyncGenerator<number, void, void>
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>
}

/** How the next token is chosen; `null` switches a sampler off, where leaving it out would mean the library's default. */
export interface EvaluateOptions {
  readonly temperature: number
  readonly topK: number | null
  readonly topP: number | null
  readonly minP: number
  readonly seed: number
  readonly repeatPenalty?: {
    readonly punishTokens: () => readonly number[]
    readonly maxPunishTokens: number
    readonly penalty: number
    readonly presencePenalty: number
    readonly frequencyPenalty: number
  }
  readonly grammarEvaluationState?: GrammarState
  readonly yieldEogToken: true
}

export interface LlamaGrammar {
  readonly grammar: string
}
export interface GrammarState {
  clone(): GrammarState
}
export interface LlamaEmbeddingContext {
  getEmbeddingFor(tokens: readonly number[]): Promise<{ readonly vector: readonly number[] }>
  calculateInputLength(tokens: readonly number[]): number
}

/** A parsed chat template of @huggingface/jinja 0.5. */
export interface JinjaTemplate {
  render(variables: Readonly<Record<string, unknown>>): string
}
export interface Jinja {
  readonly Template: new (source: string) => JinjaTemplate
}

/** Loads both from the folder that the engine cache made. */
export async function importEngine(engineFolder: string): Promise<{ library: NodeLlamaCpp; jinja: Jinja }> {
  const entry = join(engineFolder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js')
  const jinjaEntry = createRequire(entry).resolve('@huggingface/jinja')
  const [library, jinja] = await Promise.all([
    import(pathToFileURL(entry).href) as Promise<NodeLlamaCpp>,
    import(pathToFileURL(jinjaEntry).href) as Promise<Jinja>,
  ])
  return { library, jinja }
}
