import { engineHash, engineHashes } from './engine-hash.ts'
import { eventFields } from './event-fields.ts'
import type { BlockRemoved, BlockStored, KvEvent } from './events.ts'

/** An event, or why it is none. */
export type DecodedEvent = KvEvent | { readonly kind: 'problem'; readonly reason: string }

type Fields = Readonly<Record<string, unknown>>

const problem = (reason: string): DecodedEvent => ({ kind: 'problem', reason })

/** Reads one event of a batch. */
export function decodeEvent(value: unknown): DecodedEvent {
  const read = eventFields(value)
  if (read === null) return problem('an event is neither a map with a type nor an array that begins with one')
  if (read.type === 'BlockStored') return decodeStored(read.fields)
  if (read.type === 'BlockRemoved') return decodeRemoved(read.fields)
  if (read.type === 'AllBlocksCleared') return { kind: 'cleared' }
  return problem(`an event of type ${read.type.slice(0, 40)} is unknown here`)
}

function decodeStored(fields: Fields): DecodedEvent {
  const blockHashes = engineHashes(fields['block_hashes'])
  if (blockHashes === null) return problem('BlockStored: block_hashes are not integers or bytes')
  const parent = fields['parent_block_hash'] ?? null
  const parentBlockHash = parent === null ? null : engineHash(parent)
  if (parent !== null && parentBlockHash === null) return problem('BlockStored: parent_block_hash is not a hash')
  const tokenIds = fields['token_ids'] ?? []
  if (!isTokenIds(tokenIds)) return problem('BlockStored: token_ids are not whole numbers')
  const blockSize = fields['block_size']
  if (typeof blockSize !== 'number' || !Number.isInteger(blockSize) || blockSize < 1) {
    return problem('BlockStored: block_size is not a positive number')
  }
  if (tokenIds.length !== 0 && tokenIds.length !== blockSize * blockHashes.length) {
    return problem(`BlockStored: ${tokenIds.length} tokens for ${blockHashes.length} blocks of ${blockSize}`)
  }
  const extraKeys = fields['extra_keys'] ?? null
  if (!isExtraKeys(extraKeys, blockHashes.length)) return problem('BlockStored: extra_keys are not one list a block')
  const group = groupOf(fields)
  if (group === null) return problem('BlockStored: group_idx is not a number')
  return {
    kind: 'stored',
    blockHashes,
    parentBlockHash,
    tokenIds,
    blockSize,
    loraId: numberOrNull(fields['lora_id']),
    loraName: textOrNull(fields['lora_name']),
    medium: textOrNull(fields['medium']),
    extraKeys,
    group,
    specKind: textOrNull(fields['kv_cache_spec_kind']),
  } satisfies BlockStored
}

function decodeRemoved(fields: Fields): DecodedEvent {
  const blockHashes = engineHashes(fields['block_hashes'])
  if (blockHashes === null) return problem('BlockRemoved: block_hashes are not integers or bytes')
  const group = groupOf(fields)
  if (group === null) return problem('BlockRemoved: group_idx is not a number')
  return { kind: 'removed', blockHashes, medium: textOrNull(fields['medium']), group } satisfies BlockRemoved
}

function isTokenIds(value: unknown): value is number[] {
  if (!Array.isArray(value)) return false
  for (const each of value as unknown[]) {
    if (typeof each !== 'number' || each < 0 || !Number.isInteger(each)) return false
  }
  return true
}

function isExtraKeys(value: unknown, blocks: number): value is (unknown[] | null)[] | null {
  if (value === null) return true
  if (!Array.isArray(value) || value.length !== blocks) return false
  return (value as unknown[]).every((each) => each === null || Array.isArray(each))
}

function groupOf(fields: Fields): number | null {
  const group = fields['group_idx'] ?? 0
  return typeof group === 'number' && Number.isInteger(group) && group >= 0 ? group : null
}

const numberOrNull = (value: unknown): number | null =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)
