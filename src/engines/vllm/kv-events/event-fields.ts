/** An event's fields by name, whichever way it came. */
export interface EventFields {
  readonly type: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Names of the fields by position; fields were only ever added at the end. */
const positions: Readonly<Record<string, readonly string[]>> = {
  BlockStored: [
    'block_hashes',
    'parent_block_hash',
    'token_ids',
    'block_size',
    'lora_id',
    'medium',
    'lora_name',
    'extra_keys',
    'group_idx',
    'kv_cache_spec_kind',
    'kv_cache_spec_sliding_window',
  ],
  BlockRemoved: ['block_hashes', 'medium', 'group_idx'],
  AllBlocksCleared: [],
}

/**
 * Reads an event as a map with `type` (vLLM since 2026-06) or as an array that begins with its type (before). What is
 * left out stays undefined; what is unknown is passed over.
 * @returns null for what is neither
 */
export function eventFields(value: unknown): EventFields | null {
  if (Array.isArray(value)) {
    const [type, ...rest] = value as unknown[]
    if (typeof type !== 'string') return null
    const names = positions[type] ?? []
    return { type, fields: Object.fromEntries(names.map((name, place) => [name, rest[place]])) }
  }
  if (!isRecord(value)) return null
  const { type } = value
  return typeof type === 'string' ? { type, fields: value } : null
}

/** Whether a value is a map of names. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}
