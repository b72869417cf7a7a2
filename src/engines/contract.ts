import type { EngineName, Model } from '../fleet/index.ts'

export type {
  ArgumentProblem,
  EndpointFact,
  EngineFacts,
  EnvironmentFact,
  FactSource,
  FactsEngine,
  FlagFact,
  FlagTakes,
  FlagValue,
  MetricFact,
  RemovedFlag,
  RemovedMetric,
  RemovedValue,
} from './contracts/facts.ts'
export type { EngineSettings, SpeculativeSettings } from './contracts/settings.ts'

/** What a replica of a model is started with. */
export interface LaunchRequest {
  readonly model: Model
  /** Path of the model's file or folder in the store; absent when the engine needs none. */
  readonly modelPath?: string
  readonly host: string
  readonly port: number
  /** CPU threads that this replica may use. */
  readonly threads: number
  /** Names of the engine binaries that were found on PATH, such as `llama-server`. */
  readonly binariesOnPath: ReadonlySet<string>
  /** Where it is to publish its KV events; absent when nobody listens. */
  readonly kvEvents?: KvEventsEndpoints
}

/** Where an engine publishes its KV events and replays them: endpoints of ZeroMQ. */
export interface KvEventsEndpoints {
  readonly endpoint: string
  readonly replayEndpoint: string
}

/** A process to start: a foreign binary from PATH, or one of our own under `src/engine-servers/`. */
export interface Launch {
  readonly program:
    | { readonly kind: 'binary'; readonly name: string }
    | { readonly kind: 'server'; readonly name: 'llamacpp' | 'simulated' }
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Load of a replica as its metrics tell it; a figure that the engine does not export is absent. */
export interface EngineLoad {
  /** Sequences that are being computed. */
  readonly running?: number
  /** Requests that wait inside the engine. */
  readonly waiting?: number
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvCacheUsage?: number
  /** Tokens that the KV cache holds. */
  readonly kvCacheTokens?: number
  /** Prompt tokens processed since start. */
  readonly promptTokens?: number
  /** Tokens generated since start. */
  readonly generatedTokens?: number
}

/** API paths that an engine may answer itself, below its base URL. */
export type EngineRoute =
  | '/v1/chat/completions'
  | '/v1/completions'
  | '/v1/embeddings'
  | '/v1/responses'
  | '/v1/messages'
  | '/v1/messages/count_tokens'
  | '/tokenize'
  | '/detokenize'

/**
 * How a running engine is told of LoRA adapters, by POST: `{"lora_name", "lora_path"}` to load one, `{"lora_name"}` to let go of
 * one. Which it has it says at `/v1/models`.
 */
export interface RuntimeAdapters {
  readonly loadPath: string
  readonly unloadPath: string
}

/** An inference server, as pure data and functions. */
export interface Engine {
  readonly name: EngineName
  /** The name that people know it by. */
  readonly title: string
  /** Whether Fairlead starts processes of it on this machine. */
  readonly runsLocally: boolean
  /** Whether replicas that Fairlead starts publish their KV events where routing asks for them. */
  readonly publishesKvEvents?: boolean
  /** Variable with the key that its server asks for; absent where it takes none, or none that stays secret (SGLang: an argument, which its log shows). */
  readonly apiKeyVariable?: string
  /** Variable that names the folder of the sockets by which its own processes speak; absent where they leave none behind. */
  readonly socketFolderVariable?: string
  /** Whether its first requests take longer than others, since kernels are compiled for them; false when absent. */
  readonly isSlowAtFirst?: boolean
  /** Whether a replica needs the model's weights from the store. */
  readonly needsModelFile: boolean
  /** API paths that it answers. */
  readonly routes: readonly EngineRoute[]
  /** API paths that some programs or versions of it answer; none when absent. Only asking tells. */
  readonly possibleRoutes?: readonly EngineRoute[]
  /** How adapters are loaded while it runs; absent where none can be. */
  readonly runtimeAdapters?: RuntimeAdapters
  /** Path that answers 200 as soon as the replica serves. */
  readonly readinessPath: string
  /** Path of its Prometheus metrics. */
  readonly metricsPath: string
  /** The command that starts a replica; throws `UserError` for what it cannot express. */
  launch(request: LaunchRequest): Launch
  /** Reads the load from its metrics in Prometheus text format 0.0.4; unknown series are ignored. */
  parseLoad(metrics: string): EngineLoad
}
