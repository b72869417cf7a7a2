import type { KvDtype, Quantization, Source } from '../contract.ts'

/** What an engine was started with, as far as its log or documentation says; the rest is the engine's default of that version. */
export interface CaseSettings {
  readonly context: number
  readonly memoryFraction?: number
  readonly maxSequences?: number
  readonly maxBatchedTokens?: number
  readonly blockSize?: number
  readonly kvCacheMemoryBytes?: number
  readonly kvDtype?: KvDtype
  /** Where the engine quantises at start what the checkpoint has in 16 bits. */
  readonly quantization?: Quantization
  /** Without CUDA graphs (`--enforce-eager`). */
  readonly eager?: boolean
}

/** What the engine reported. Of `kvTokens`, `concurrency` and `kvGiB` the first one that is stated is compared. */
export interface PublishedFigures {
  /** `GPU KV cache size: N tokens`, or blocks × block size. */
  readonly kvTokens?: number
  /** `Maximum concurrency for … tokens per request: N x`. */
  readonly concurrency?: number
  /** `Available KV cache memory: N GiB`, of each GPU. */
  readonly kvGiB?: number
  /** `Model loading took N GiB`, on each GPU. */
  readonly weightsGiB?: number
  /** Whether the engine started; true where the log goes on. */
  readonly starts?: boolean
}

/** A start of a real engine that somebody published, by which sizing is judged. */
export interface PublishedCase {
  readonly id: string
  /** Id or name in the catalogue. */
  readonly model: string
  /** Key in the catalogue. */
  readonly gpu: string
  /** GPUs that share each layer; 1. */
  readonly tensor?: number
  /** Stages of layers; 1. */
  readonly pipeline?: number
  readonly engine?: 'vllm' | 'sglang'
  readonly version: string
  readonly settings: CaseSettings
  readonly published: PublishedFigures
  readonly source: Source
  /** What the source leaves open and how it was filled. */
  readonly assumed?: string
  /** Where sizing is more than a tenth off: by how much (0.2 is a fifth too much), and why. */
  readonly misses?: { readonly by: number; readonly why: string }
  /** Where weights are more than a twentieth off, likewise. */
  readonly missesWeights?: { readonly by: number; readonly why: string }
}
