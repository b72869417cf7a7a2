import { mix } from './range-hash.ts'

/** What belongs to a prompt's blocks beside its bytes, as the engine mixes it into their hashes. */
export interface PromptContext {
  /** The LoRA adapter, by the name that the engine knows; null for none. */
  readonly adapter: string | null
  /** The request's `cache_salt`; null for none. */
  readonly cacheSalt: string | null
}

/** A prompt without adapter and salt. */
export const plainContext: PromptContext = { adapter: null, cacheSalt: null }

/**
 * A number for the extra keys of a block: adapter first, then images, then the salt, which stands in the first block only
 * (vLLM 0.32.0, `vllm/v1/core/kv_cache_utils.py`, `generate_block_hash_extra_keys`).
 */
export function seedOfKeys(keys: readonly unknown[] | null, secret: number): number {
  if (keys === null || keys.length === 0) return 0
  const text = JSON.stringify(keys, plainValue)
  let hash = secret
  for (let index = 0; index < text.length; index += 1) hash = mix(hash ^ text.charCodeAt(index)) + index
  return hash | 1
}

/** Seeds of a prompt's first block and of those behind it. */
export function seedsOfContext(context: PromptContext, secret: number): { first: number; rest: number } {
  const rest = context.adapter === null ? [] : [context.adapter]
  const first = context.cacheSalt === null ? rest : [...rest, context.cacheSalt]
  return { first: seedOfKeys(first, secret), rest: seedOfKeys(rest, secret) }
}

function plainValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}
