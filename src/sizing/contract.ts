/** A figure's origin: the upstream project with file or address and version, or the rule that derived it. */
export type Source = string

/** What a layer keeps for each token it has seen. */
export type LayerKind =
  /** Keys and values of every token. */
  | 'full'
  /** Keys and values of the last `window` tokens. */
  | 'sliding'
  /** Keys and values of the current chunk of `window` tokens (Llama 4). */
  | 'chunked'
  /** One compressed latent a token, shared by all heads (DeepSeek's multi-head latent attention). */
  | 'mla'
  /** A state of fixed size a sequence (Mamba, gated delta nets, linear attention). */
  | 'linear'

/** Layers that keep the same. */
export interface LayerGroup {
  readonly count: number
  readonly kind: LayerKind
  /** Tokens, of `sliding` and `chunked` layers. */
  readonly window?: number
  /** Heads of keys and values; 1 of `mla`, 0 of `linear`. */
  readonly kvHeads: number
  /** Elements of a key of one head; of `mla` the whole latent: kv_lora_rank + qk_rope_head_dim. */
  readonly keyDim: number
  /** Elements of a value of one head; 0 of `mla`. */
  readonly valueDim: number
  /** Bytes of state a sequence and layer, of `linear`. */
  readonly stateBytes?: number
  /** Further bytes a token and layer whatever the KV dtype, such as the indexer's cache of DeepSeek V3.2. */
  readonly extraBytesPerToken?: number
}

/** How numbers of weights are kept. `none` is the checkpoint's own 16 or 32 bits. */
export const quantizations = [
  'none',
  'fp8',
  'int8',
  'awq',
  'gptq',
  'bitsandbytes',
  'compressed-tensors',
  'mxfp4',
  'nvfp4',
  'gguf',
] as const
/** One of the ways. */
export type Quantization = (typeof quantizations)[number]

/** Types of 16 and 32 bits that weights and activations have. */
export type WeightDtype = 'bfloat16' | 'float16' | 'float32'

/** A quantised checkpoint. */
export interface WeightQuantization {
  readonly method: Quantization
  /** Bits of a quantised weight without scales: 4, 8; of GGUF the bits a weight on average, such as 4.89. */
  readonly bits: number
  /** Weights that share a scale; absent where a scale covers a whole row or tensor. */
  readonly groupSize?: number
  /** The name as the checkpoint has it, such as `Q4_K_M` or `gptq_marlin`. */
  readonly name?: string
}

/** Experts of a mixture. */
export interface Experts {
  readonly count: number
  /** Routed experts that a token passes. */
  readonly active: number
  /** Experts that every token passes. */
  readonly shared?: number
}

/** What a model is for. */
export type ModelTask = 'generate' | 'embed' | 'rerank' | 'score' | 'classify' | 'transcribe'

/** Everything about a model that its size and speed follow from. */
export interface ModelGeometry {
  /** Hugging Face id, file name or catalogue key: what people call it. */
  readonly name: string
  /** `model_type` of config.json, or `general.architecture` of GGUF. */
  readonly modelType: string
  /** In no particular order; counts add up to the model's layers. */
  readonly layers: readonly LayerGroup[]
  readonly hiddenSize: number
  /** Width of the feed-forward layer that one token passes; of a mixture the widths of its experts added up. */
  readonly intermediateSize: number
  /** Attention heads (queries). */
  readonly heads: number
  readonly vocabulary: number
  /** Longest context in tokens that the configuration allows. */
  readonly maxContext: number
  /** All weights, experts included. */
  readonly parameters: number
  /** Weights that one token passes: of a mixture fewer than `parameters`. */
  readonly activeParameters: number
  /** Weights of token embedding and output head, which quantisation usually leaves in 16 bits. */
  readonly embeddingParameters: number
  /** Weights of experts, of a mixture. */
  readonly expertParameters?: number
  /** Bytes of the checkpoint's weights as published, when known. */
  readonly weightBytes?: number
  /** Type that unquantised weights have. */
  readonly weightDtype: WeightDtype
  /** How the checkpoint is quantised; absent when it is not. */
  readonly quantization?: WeightQuantization
  readonly experts?: Experts
  readonly task: ModelTask
  /** Whether it is a GGUF file, which llama.cpp reads and vLLM does not without a plugin. */
  readonly isGguf?: boolean
  /** Weights of a vision or audio tower that load beside the language model. */
  readonly towerParameters?: number
  /** Where each figure comes from, by its name here: `layers`, `parameters`, `weightBytes` … */
  readonly sources: Readonly<Record<string, Source>>
}

/** Peak speed in 10^12 operations a second, dense (without structured sparsity). A type that the GPU lacks is absent. */
export interface GpuFlops {
  readonly fp16?: number
  readonly bf16?: number
  readonly fp8?: number
  readonly int8?: number
  readonly fp4?: number
  readonly fp32?: number
}

/** Price of one GPU. */
export interface GpuPrice {
  /** An hour of one GPU. */
  readonly perHour: number
  readonly currency: 'USD' | 'EUR'
  readonly source: Source
  /** ISO 8601 date of the price. */
  readonly date: string
}

/** A type of GPU. */
export interface GpuSpec {
  /** Such as `l40s`, `a100-80gb`, `h100-sxm`: lower case, as in `hardware.gpu`. */
  readonly key: string
  /** As the vendor writes it: `NVIDIA L40S`. */
  readonly title: string
  readonly vendor: 'nvidia' | 'amd'
  /** Other names that mean it, and the product labels of nodes (`NVIDIA-L40S`); compared without case, spaces, `-`, `_`, `.`. */
  readonly names: readonly string[]
  /** Memory as the driver reports it (nvidia-smi, amd-smi), MiB. */
  readonly memoryMiB: number
  /** Memory that a CUDA or HIP program sees, MiB (`total capacity` in PyTorch's messages), where known; else a rule's share. */
  readonly usableMiB?: number
  readonly bandwidthGBs: number
  readonly flops: GpuFlops
  /** CUDA compute capability such as 8.9; of AMD the gfx target instead. */
  readonly computeCapability?: number
  readonly gfxTarget?: string
  /** What current engines run on it with kernels of its own or by weight-only kernels. */
  readonly quantizations: readonly Quantization[]
  /** KV cache types beyond 16 bits that vLLM runs on it. */
  readonly kvFp8: boolean
  readonly bf16: boolean
  /** Oldest driver branch that current engine images run on; absent where unknown. */
  readonly driverFloor?: string
  readonly interconnect?: { readonly kind: 'nvlink' | 'pcie' | 'xgmi'; readonly GBs: number }
  readonly price?: GpuPrice
  /** Where each figure comes from, by its name here. */
  readonly sources: Readonly<Record<string, Source>>
}

/** Types of KV cache elements. `auto` is the model's own 16 bits. */
export const kvDtypes = ['auto', 'fp16', 'bf16', 'fp8', 'fp8_e4m3', 'fp8_e5m2', 'fp8_ds_mla', 'q8_0', 'q4_0'] as const
/** One of the types. */
export type KvDtype = (typeof kvDtypes)[number]

/** How a model is spread over the GPUs of a replica. */
export interface Parallelism {
  /** GPUs that share each layer. */
  readonly tensor: number
  /** Stages of layers. */
  readonly pipeline: number
  /** Whole copies; with `expert` the copies share the experts. */
  readonly data: number
  /** Whether experts are spread over tensor × data GPUs in whole. */
  readonly expert: boolean
}

/** Engines whose memory is understood. SGLang is budgeted as vLLM is. */
export type SizedEngine = 'vllm' | 'sglang' | 'llamacpp'

/** What is to be sized: one replica. Everything but model and GPU has the engine's own default. */
export interface SizingRequest {
  readonly geometry: ModelGeometry
  readonly gpu: GpuSpec
  /** GPUs of the replica; 1. Without `parallelism` they share each layer as far as the heads divide. */
  readonly count?: number
  readonly parallelism?: Partial<Parallelism>
  /** vLLM; llama.cpp for GGUF. */
  readonly engine?: SizedEngine
  /** Version such as `0.9.1`, for logs of older engines; the current one when absent. */
  readonly engineVersion?: string
  /** Longest prompt plus answer, tokens; the model's own limit. */
  readonly context?: number
  /** Sequences in a batch (`--max-num-seqs`); the engine's default for the GPU. Of llama.cpp its slots, each with the whole context; 1. */
  readonly maxSequences?: number
  /** Tokens in a step (`--max-num-batched-tokens`); the engine's default for the GPU. */
  readonly maxBatchedTokens?: number
  /** Sequences at full context that have to fit at once for `fits`; 1, which is what engines ask for to start. */
  readonly sequences?: number
  /** As the checkpoint is, when absent; `none` undoes nothing that the checkpoint has. */
  readonly quantization?: Quantization
  /** Of `gguf`: `Q4_K_M` and so on. */
  readonly ggufType?: string
  readonly kvDtype?: KvDtype
  /** Tokens in a KV block (`--block-size`); 16. */
  readonly blockSize?: number
  /** Memory for the KV cache of each GPU, bytes (`--kv-cache-memory-bytes`), in place of what `memoryFraction` leaves. */
  readonly kvCacheMemoryBytes?: number
  /** Share of each GPU that the engine may take, 0 to 1; the engine's default. */
  readonly memoryFraction?: number
  /** Without CUDA graphs (`--enforce-eager`). */
  readonly eager?: boolean
  /** Whether sliding layers hold their window only (vLLM's hybrid KV cache manager); true. */
  readonly hybridKvCache?: boolean
  /** Bytes of adapters, draft models and the like a GPU. */
  readonly extraBytes?: number
  /** Price of one GPU for an hour; the catalogue's when absent. */
  readonly pricePerHour?: number
}

/** One line of the memory of a GPU. */
export interface MemoryItem {
  readonly name:
    | 'driver'
    | 'reserved'
    | 'weights'
    | 'runtime'
    | 'communication'
    | 'activations'
    | 'graphs'
    | 'extra'
    | 'kv'
    | 'free'
  /** In words, such as `CUDA graphs`. */
  readonly title: string
  /** A GPU. */
  readonly bytes: number
  /** How the figure comes about, with its numbers. */
  readonly formula: string
  readonly source: Source
}

/** A stage of generation, by the roofline. */
export interface Throughput {
  /** Prompt tokens a second, whole replica. */
  readonly prefill: number
  /** Tokens a second of one sequence alone. */
  readonly decodeSingle: number
  /** Tokens a second of all sequences of a full batch together. */
  readonly decodeBatched: number
  /** Sequences in that batch. */
  readonly batch: number
  /** What the figures take for granted. */
  readonly assumptions: readonly string[]
}

/** The parts of a step's time, for simulations: `base + max(weights, tokens) + attention pairs + context read`. */
export interface StepTime {
  /** A step beside reading and computing. */
  readonly baseMs: number
  /** A token computed, beside attention. */
  readonly msPerToken: number
  /** A pair of tokens that meet in the attention of a prompt. */
  readonly msPerAttentionPair: number
  /** Reading the weights once. */
  readonly weightsMs: number
  /** A token of context that is read to decode the next one. */
  readonly msPerContextToken: number
  readonly assumptions: readonly string[]
}

/** Money for a million tokens at full load, in `currency`. */
export interface TokenCost {
  readonly currency: 'USD' | 'EUR'
  readonly pricePerHour: number
  readonly input: number
  readonly output: number
  readonly source: Source
}

/** Why something cannot run at all, or runs with a reserve. */
export interface SizingNote {
  /** `error`: does not run so. `warning`: runs, but not as asked. `info`: worth knowing. */
  readonly severity: 'error' | 'warning' | 'info'
  /** Stable id such as `unsupported-gpu`. */
  readonly id: string
  readonly message: string
  readonly source?: Source
}

/** What a replica's host should have. Conventions, each with its formula. */
export interface HostNeeds {
  readonly cpus: number
  readonly memoryBytes: number
  readonly sharedMemoryBytes: number
  /** For the weights, once, and the engine's image. */
  readonly diskBytes: number
  /** Bits a second that a prefill replica of this size sends to decode replicas when it is always busy; nothing without a split. */
  readonly transferBitsPerSecond: number
  /** Seconds until the weights are fetched at 1 Gbit/s. */
  readonly downloadSeconds: number
  readonly formulas: Readonly<
    Record<
      'cpus' | 'memoryBytes' | 'sharedMemoryBytes' | 'diskBytes' | 'transferBitsPerSecond' | 'downloadSeconds',
      string
    >
  >
}

/** A change that makes it fit. */
export interface WayOut {
  readonly kind:
    | 'quantize'
    | 'shorten'
    | 'kv-dtype'
    | 'fewer-sequences'
    | 'shard'
    | 'other-gpu'
    | 'memory-fraction'
    | 'engine'
  /** In words, such as `Keep the KV cache in fp8`. */
  readonly change: string
  /** The same request with the change made. */
  readonly request: SizingRequest
  readonly sizing: Sizing
  /** What to write in the Fleet's model entry, by dotted path: `{'kvCache.dtype': 'fp8'}`. */
  readonly fleetEdit: Readonly<Record<string, string | number>>
}

/** What came out. Bytes are a GPU unless the name says otherwise. */
export interface Sizing {
  readonly fits: boolean
  /** Bytes that lack on each GPU; 0 when it fits or cannot run for another reason. */
  readonly shortBy: number
  readonly engine: SizedEngine
  /** The request with every default filled in. */
  readonly resolved: ResolvedRequest
  /** Weights of the whole replica. */
  readonly weightBytes: number
  readonly weightBytesPerGpu: number
  /** What one more token of one sequence takes in the whole model, once (layers that grow only). */
  readonly kvBytesPerToken: number
  /** The same on the busiest GPU, with heads divided or replicated. */
  readonly kvBytesPerTokenPerGpu: number
  /** What one sequence at full context takes on the busiest GPU. */
  readonly kvBytesPerSequence: number
  /** Every line of a GPU's memory; they add up to it when it fits. */
  readonly memory: readonly MemoryItem[]
  /** Memory left for the KV cache on each GPU; 0 when nothing is. */
  readonly kvCacheBytes: number
  /** Tokens that the KV cache holds, summed over data parallel ranks; as vLLM logs it (`GPU KV cache size`) for one rank. */
  readonly kvCapacityTokens: number
  /** Sequences at full context at once (`Maximum concurrency`). */
  readonly maxConcurrency: number
  /** Longest context of one sequence that fits, at most the model's own; 0 when none. */
  readonly longestContext: number
  readonly tokensPerSecond: Throughput
  readonly costPerMillionTokens?: TokenCost
  readonly host: HostNeeds
  readonly notes: readonly SizingNote[]
}

/** A request with its defaults. */
export interface ResolvedRequest {
  readonly count: number
  readonly parallelism: Parallelism
  readonly context: number
  readonly maxSequences: number
  readonly maxBatchedTokens: number
  readonly sequences: number
  readonly quantization: WeightQuantization | undefined
  readonly kvDtype: KvDtype
  readonly memoryFraction: number
}
