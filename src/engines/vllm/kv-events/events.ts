/**
 * What an engine says of its KV cache. Names follow vLLM's `vllm/distributed/kv_events.py` (0.32.0); SGLang and others
 * speak the same.
 */

/** Blocks came into the cache: full ones only, each the child of the one before. */
export interface BlockStored {
  readonly kind: 'stored'
  /** The engine's names of the blocks: the low 64 bits of its hashes, unsigned. */
  readonly blockHashes: readonly bigint[]
  /** The block before the first; null at a prompt's beginning. */
  readonly parentBlockHash: bigint | null
  /** Tokens of all blocks, one after the other; empty where the engine does not tell. */
  readonly tokenIds: readonly number[]
  /** Tokens a block. */
  readonly blockSize: number
  readonly loraId: number | null
  readonly loraName: string | null
  /** `GPU`, `CPU`, `STORAGE`; null of engines older than 2025-09, which tell of the GPU only. */
  readonly medium: string | null
  /** What is part of each block's hash beside its tokens: adapter, cache salt, images; null for nothing at all. */
  readonly extraKeys: readonly (readonly unknown[] | null)[] | null
  /** The KV cache group; 0 where the engine does not tell. */
  readonly group: number
  /** Such as `full_attention` or `sliding_window`. */
  readonly specKind: string | null
}

/** A block left the cache. The engine may hold another copy: it tells of each that comes and goes. */
export interface BlockRemoved {
  readonly kind: 'removed'
  readonly blockHashes: readonly bigint[]
  readonly medium: string | null
  /** The KV cache group; 0 where the engine does not tell. */
  readonly group: number
}

/** The cache was emptied. */
export interface AllBlocksCleared {
  readonly kind: 'cleared'
}

export type KvEvent = BlockStored | BlockRemoved | AllBlocksCleared

/** What one step of an engine did to its cache. */
export interface KvEventBatch {
  /** When, by the engine's clock, seconds. */
  readonly time: number
  /** Data-parallel rank; null where the engine does not tell. */
  readonly rank: number | null
  readonly events: readonly KvEvent[]
  /** What could not be read of it, one sentence each. */
  readonly problems: readonly string[]
}

/** A batch with its number in the publisher's stream, from 0 on. */
export interface KvMessage {
  readonly kind: 'batch'
  readonly topic: string
  readonly sequence: number
  readonly batch: KvEventBatch
}

/** A message that is not one; the stream goes on behind it. */
export interface MalformedKvMessage {
  readonly kind: 'malformed'
  /** Its number, if that much could be read. */
  readonly sequence: number | null
  readonly reason: string
}
