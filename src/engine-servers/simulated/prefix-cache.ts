import { hashNumbers } from './random.ts'

/** Tokens of a block, vLLM's default on GPUs. */
const blockTokens = 16

/**
 * Which prompts' blocks are in the KV cache: the hash of each whole block with all that precede it, the least recently
 * used forgotten first.
 */
export class PrefixCache {
  readonly #capacity: number
  readonly #blocks = new Set<number>()

  /** `capacityTokens`: what the cache holds. */
  constructor(capacityTokens: number) {
    this.#capacity = Math.max(1, Math.floor(capacityTokens / blockTokens))
  }

  /** How many tokens at the prompt's start are cached: whole blocks, and never the last token, which must be computed. */
  match(tokens: readonly number[]): number {
    let cached = 0
    for (const hash of blockHashes(tokens.slice(0, -1))) {
      if (!this.#blocks.has(hash)) break
      cached += blockTokens
    }
    return cached
  }

  add(tokens: readonly number[]): void {
    for (const hash of blockHashes(tokens)) {
      this.#blocks.delete(hash)
      this.#blocks.add(hash)
    }
    for (const oldest of this.#blocks) {
      if (this.#blocks.size <= this.#capacity) break
      this.#blocks.delete(oldest)
    }
  }
}

/** A hash of 53 bits for each whole block, chained from block to block. */
function* blockHashes(tokens: readonly number[]): Generator<number> {
  let high = 0x811c9dc5
  let low = 0x9747b28c
  for (let start = 0; start + blockTokens <= tokens.length; start += blockTokens) {
    const block = tokens.slice(start, start + blockTokens)
    high = hashNumbers(block, high)
    low = hashNumbers(block, low)
    yield high * 2 ** 21 + (low >>> 11)
  }
}
