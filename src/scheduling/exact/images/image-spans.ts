import type { BlockStored } from '../../../engines/index.ts'

/** Pieces of one image among the tokens of an event, with what a model writes between its rows. */
export interface ImageSpan {
  readonly from: number
  /** Behind its last piece. */
  readonly to: number
  /** What the engine calls it; null where its first piece was told of before. */
  readonly name: string | null
}

interface Region {
  readonly name: string
  /** Its first token, counted from the event's first; below zero where it began before. */
  readonly start: number
  /** Behind the last block that it is part of. */
  end: number
}

/** How an event names an image of a block: its identifier, and where it begins, in tokens from the block's first. */
export const isImageKey = (key: unknown): key is readonly [string, number] =>
  Array.isArray(key) && key.length === 2 && typeof key[0] === 'string' && typeof key[1] === 'number'

/**
 * Finds the images of an event. An engine says where each begins and which blocks it is part of, and not where it ends:
 * that is behind its last piece. What stands before the first and behind the last piece is taken for text.
 * Source: vLLM 0.32.0, `vllm/v1/core/kv_cache_utils.py`, `_gen_mm_extra_hash_keys` and `to_event_extra_keys`; older ones
 * name images without a place, and those stay unknown.
 * @param imageToken the token of a piece
 */
export function imageSpansOf({ extraKeys, blockSize, tokenIds }: BlockStored, imageToken: number): ImageSpan[] {
  const regions: Region[] = []
  for (const [block, keys] of (extraKeys ?? []).entries()) {
    const end = (block + 1) * blockSize
    for (const key of keys ?? []) {
      if (!isImageKey(key)) continue
      const [name, offset] = key
      const start = block * blockSize + offset
      const last = regions.at(-1)
      if (last?.start === start && last.name === name) last.end = end
      else regions.push({ name, start, end })
    }
  }
  return regions.flatMap(({ name, start, end }, place) => {
    const until = Math.min(end, regions[place + 1]?.start ?? end)
    const from = tokenIds.indexOf(imageToken, Math.max(0, start))
    if (from === -1 || from >= until) return []
    const to = tokenIds.lastIndexOf(imageToken, until - 1) + 1
    return [{ from, to, name: start < 0 ? null : name }]
  })
}
