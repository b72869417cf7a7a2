const low64 = 0xffffffffffffffffn

/**
 * The engine's name of a block as its low 64 bits: integers as they are (older engines send them signed), bytes
 * (`VLLM_KV_EVENTS_USE_INT_BLOCK_HASHES=0`: 32 of SHA-256, 16 of XXH3) by their last 8, which is the same number.
 * @returns null for anything else
 */
export function engineHash(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value & low64
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) & low64 : null
  if (value instanceof Uint8Array && value.length >= 8) {
    return new DataView(value.buffer, value.byteOffset, value.byteLength).getBigUint64(value.length - 8)
  }
  return null
}

/** Names of several blocks; null when one of them is none. */
export function engineHashes(value: unknown): bigint[] | null {
  if (!Array.isArray(value)) return null
  const hashes: bigint[] = []
  for (const each of value as unknown[]) {
    const hash = engineHash(each)
    if (hash === null) return null
    hashes.push(hash)
  }
  return hashes
}
