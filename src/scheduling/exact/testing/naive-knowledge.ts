import type { BlockStored, KvEvent } from '../../../engines/index.ts'
import { plainContext, type PromptContext } from '../context-seed.ts'

interface Block {
  readonly path: string
  readonly parent: string
  readonly bytes: string
  readonly keys: string
  readonly tokens: number
  copies: number
}

/** What `ExactKnowledge` knows, written as plainly as can be: the judge of the index. Bytes are Latin-1 text here. */
export class NaiveKnowledge {
  readonly #vocabulary: readonly string[]
  /** Replica, rank and group → the engine's hash → block. */
  readonly #lanes = new Map<string, Map<bigint, Block>>()

  constructor(vocabulary: readonly string[]) {
    this.#vocabulary = vocabulary
  }

  apply(replica: number, rank: number, events: readonly KvEvent[]): void {
    for (const event of events) {
      if (event.kind === 'cleared') this.clear(replica, rank)
      else if (event.kind === 'stored') this.#store(this.#lane(replica, rank, event.group), event)
      else {
        const lane = this.#lane(replica, rank, event.group)
        for (const hash of event.blockHashes) {
          const block = lane.get(hash)
          if (block === undefined) continue
          block.copies -= 1
          if (block.copies === 0) lane.delete(hash)
        }
      }
    }
  }

  clear(replica: number, rank: number): void {
    for (const [key, lane] of this.#lanes) if (key.startsWith(`${replica}/${rank}/`)) lane.clear()
  }

  forget(replica: number): void {
    for (const key of this.#lanes.keys()) if (key.startsWith(`${replica}/`)) this.#lanes.delete(key)
  }

  heldTokens(prompt: string, replicas: number, context: PromptContext = plainContext): number[] {
    const rest = context.adapter === null ? [] : [context.adapter]
    const first = context.cacheSalt === null ? rest : [...rest, context.cacheSalt]
    const held = Array.from({ length: replicas }, () => 0)
    const units = new Map<string, number>()
    for (const [key, lane] of this.#lanes) {
      const unit = key.slice(0, key.lastIndexOf('/'))
      const tokens = deepest([...lane.values()], '', prompt, [JSON.stringify(first), JSON.stringify(rest)])
      units.set(unit, Math.min(units.get(unit) ?? Infinity, tokens))
    }
    for (const [unit, tokens] of units) {
      const replica = Number(unit.split('/')[0])
      held[replica] = Math.max(held[replica] ?? 0, tokens)
    }
    return held
  }

  #lane(replica: number, rank: number, group: number): Map<bigint, Block> {
    const key = `${replica}/${rank}/${group}`
    const lane = this.#lanes.get(key) ?? new Map<bigint, Block>()
    this.#lanes.set(key, lane)
    return lane
  }

  #store(lane: Map<bigint, Block>, event: BlockStored): void {
    const { blockHashes, parentBlockHash, tokenIds, blockSize, extraKeys } = event
    let parent = parentBlockHash === null ? '' : lane.get(parentBlockHash)?.path
    if (parent === undefined) return
    for (const [index, hash] of blockHashes.entries()) {
      const known = lane.get(hash)
      if (known !== undefined) {
        known.copies += 1
        parent = known.path
        continue
      }
      const tokens = tokenIds.slice(index * blockSize, (index + 1) * blockSize)
      const extra = extraKeys?.[index] ?? []
      // An image counts where it begins, under its name; its other pieces have no bytes.
      const beginning = new Map(extra.flatMap((key) => (Array.isArray(key) ? [[key[1], key[0]] as const] : [])))
      const bytes = tokens
        .map((token, at) => this.#vocabulary[token] ?? (beginning.has(at) ? `\u00ff${beginning.get(at)}\u00ff` : ''))
        .join('')
      const keys = JSON.stringify(extra.filter((key) => !Array.isArray(key)))
      const path: string = `${parent}|${bytes},${blockSize},${keys}`
      lane.set(hash, { path, parent, bytes, keys, tokens: blockSize, copies: 1 })
      parent = path
    }
  }
}

/** The most tokens that a chain of blocks from a path on holds of a prompt, at least one byte of it left out. */
function deepest(blocks: readonly Block[], path: string, prompt: string, keys: readonly [string, string]): number {
  const [first, rest] = keys
  let best = 0
  for (const block of blocks) {
    if (block.parent !== path || block.keys !== first) continue
    if (block.bytes.length >= prompt.length || !prompt.startsWith(block.bytes)) continue
    best = Math.max(best, block.tokens + deepest(blocks, block.path, prompt.slice(block.bytes.length), [rest, rest]))
  }
  return best
}
