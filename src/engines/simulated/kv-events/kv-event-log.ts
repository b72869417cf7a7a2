import type { KvEvent } from '../../vllm/kv-events/index.ts'
import type { KvListener } from '../batching/index.ts'
import type { BlockChain } from './block-chain.ts'

/**
 * The events of a KV cache since they were last taken, as vLLM tells them (0.32.0, `vllm/v1/core/block_pool.py`): a block is
 * stored as soon as a step fills it, those of one sequence and step in one event; it is removed when its place is needed.
 */
export class KvEventLog implements KvListener {
  /** Blocks that were told of, with the names that events have. */
  readonly #told = new Map<number, bigint>()
  #events: KvEvent[] = []
  #isClearing = false

  /** Whether a block is known to be held. */
  holds(unit: number): boolean {
    return this.#told.has(unit)
  }

  /** A place was given to a block; it is told of when it is full. */
  stored(): void {}

  removed(unit: number, blocks: number): void {
    const hash = this.#told.get(unit)
    if (blocks > 0 || hash === undefined) return
    this.#told.delete(unit)
    if (!this.#isClearing) this.#events.push({ kind: 'removed', blockHashes: [hash], medium: 'GPU', group: 0 })
  }

  /** A sequence has come so far: its full blocks are held, of which `from` and later may not have been told of. */
  filled(chain: BlockChain, computedTokens: number, from: number): void {
    const full = Math.min(chain.units.length, Math.floor(computedTokens / chain.blockTokens))
    for (let block = from; block < full; block += 1) {
      const first = block
      while (block < full && !this.#told.has(chain.units[block] ?? -1)) block += 1
      if (block > first) this.#tell(chain, first, block)
    }
  }

  /** Runs what empties the cache: its blocks are not told of one by one. */
  clear(empty: () => void): void {
    this.#isClearing = true
    empty()
    this.#isClearing = false
    this.#told.clear()
    this.#events.push({ kind: 'cleared' })
  }

  /** The events since the last call, in their order. */
  take(): readonly KvEvent[] {
    const events = this.#events
    if (events.length > 0) this.#events = []
    return events
  }

  #tell(chain: BlockChain, first: number, end: number): void {
    const blocks = Array.from({ length: end - first }, (_, place) => first + place)
    const blockHashes = blocks.map((block) => chain.hash(block))
    blocks.forEach((block, place) => this.#told.set(chain.units[block] ?? -1, blockHashes[place] ?? 0n))
    this.#events.push({
      kind: 'stored',
      blockHashes,
      parentBlockHash: first === 0 ? null : chain.hash(first - 1),
      tokenIds: chain.tokensOf(first, end),
      blockSize: chain.blockTokens,
      loraId: null,
      loraName: null,
      medium: 'GPU',
      // The salt is part of the first block only; all others follow from it.
      extraKeys: blocks.map((block) => {
        const keys = chain.keysOf(block)
        return keys.length === 0 ? null : keys
      }),
      group: 0,
      specKind: 'full_attention',
    })
  }
}
