/** Speculative decoding as a plan has decided it. */
export interface SpeculativeSettings {
  readonly method: 'ngram' | 'draftModel' | 'eagle' | 'eagle3' | 'medusa' | 'mtp' | 'suffix'
  readonly model?: string
  readonly tokens: number
  readonly lookupMin?: number
  readonly lookupMax?: number
}

/** What a plan has decided for one replica, in no engine's words. Absent is: as the engine does by itself. */
export interface EngineSettings {
  /** Path, or the model's id on a hub. */
  readonly model: string
  readonly revision?: string
  /** How weights are read, where their place does not say it. */
  readonly loadFormat?: 'runai_streamer'
  /** Names that clients send; the first one is the one in answers and metrics. */
  readonly servedNames?: readonly string[]
  readonly host?: string
  readonly port?: number
  readonly task?: 'generate' | 'embed' | 'rerank' | 'score' | 'transcribe' | 'classify'
  readonly trustRemoteCode?: boolean
  readonly dtype?: 'auto' | 'float16' | 'bfloat16' | 'float32'
  readonly quantization?: string
  /** Longest prompt plus answer, in tokens. */
  readonly context?: number
  /** Share of a GPU's memory, 0 to 1. */
  readonly memoryFraction?: number
  readonly maxSequences?: number
  readonly maxBatchedTokens?: number
  /** CPU threads; llama.cpp only. */
  readonly threads?: number
  /** Layers on the GPU; llama.cpp only. */
  readonly gpuLayers?: number
  readonly kvCacheDtype?: string
  /** Tokens in a block of the KV cache. */
  readonly blockSize?: number
  /** Memory of the host that holds KV blocks, in bytes. */
  readonly kvOffloadBytes?: number
  /** Folder for KV blocks that this memory has no room for; vLLM only. */
  readonly kvOffloadFolder?: string
  readonly tensorParallel?: number
  readonly pipelineParallel?: number
  readonly dataParallel?: number
  readonly expertParallel?: boolean
  readonly prefixCaching?: boolean
  readonly chunkedPrefill?: boolean
  readonly enforceEager?: boolean
  /** vLLM's own tuning between many requests and quick ones. */
  readonly performanceMode?: 'balanced' | 'interactivity' | 'throughput'
  readonly schedulingPolicy?: 'fcfs' | 'priority'
  readonly speculative?: SpeculativeSettings
  /** File with the chat template. */
  readonly chatTemplateFile?: string
  readonly toolParser?: string
  readonly reasoningParser?: string
  readonly multimodalLimits?: { readonly image?: number; readonly audio?: number; readonly video?: number }
  readonly allowedMediaDomains?: readonly string[]
  readonly adapters?: readonly { readonly name: string; readonly path: string }[]
  /** Whether adapters can be loaded while the engine runs. */
  readonly dynamicAdapters?: boolean
  readonly maxLoadedAdapters?: number
  readonly maxAdapterRank?: number
  /** Where KV events are published, such as `tcp://*:5557`. */
  readonly kvEventsEndpoint?: string
  readonly kvEventsReplayEndpoint?: string
  readonly kvEventsTopic?: string
  /** Whether answers say how many tokens of their prompt were cached. */
  readonly promptTokensDetails?: boolean
  /** What images are named by in KV events: a hash that whoever reads them can compute too. */
  readonly mediaHash?: 'sha256'
  /** KV transfer between prefill and decode replicas, in the engine's own JSON. */
  readonly kvTransfer?: Readonly<Record<string, unknown>>
  readonly sleepMode?: boolean
  /** Seconds that a stopping engine lets requests finish. */
  readonly shutdownTimeoutSeconds?: number
  /** The person's own arguments, last on the line. */
  readonly extraArgs?: readonly string[]
}
