import type { BlockStored } from '../../engines/index.ts'
import type { TokenJudge } from './vocabulary/index.ts'

/** An answer's blocks come as they are full; of a prompt many come at once, in tokens that the tokenizer has made. */
const mostAtOnce = 2
/** Tokens before a block that it is judged with: some more than the pieces that a cut leaves open. */
const judgedWith = 32
/** Blocks that are remembered: each answer under way needs its last one. */
const mostRemembered = 8192

/**
 * Finds the blocks of answers that no prompt begins with, since the model chose other tokens than its tokenizer makes of
 * their text. Engines name blocks by all that they hold and follow, so what is true of a name is true at every replica.
 */
export class GeneratedBlocks {
  /** Tokens up to the end of a block; null for one that no prompt begins with, nor with any behind it. */
  readonly #remembered = new Map<bigint, readonly number[] | null>()

  /**
   * How many of an event's blocks, from the first on, a prompt may begin with: one too many where what comes behind the
   * last of them shows how its text is cut.
   */
  findable({ blockHashes, parentBlockHash, tokenIds, blockSize }: BlockStored, judge: TokenJudge): number {
    const before = parentBlockHash === null ? [] : this.#remembered.get(parentBlockHash)
    if (before === null) {
      for (const name of blockHashes) this.#remember(name, null)
      return 0
    }
    const blocks = blockHashes.length
    if (blocks > mostAtOnce) return blocks
    const known = before?.length ?? 0
    const tokens = [...(before ?? []), ...tokenIds]
    const place = judge.firstOther(tokens, false)
    const findable = place === -1 ? blocks : Math.max(0, Math.floor((place - known) / blockSize))
    for (let block = 0; block < blocks; block += 1) {
      const end = known + (block + 1) * blockSize
      this.#remember(
        blockHashes[block] ?? 0n,
        block < findable ? tokens.slice(Math.max(0, end - judgedWith), end) : null,
      )
    }
    return findable
  }

  #remember(name: bigint, tokens: readonly number[] | null): void {
    this.#remembered.set(name, tokens)
    if (this.#remembered.size <= mostRemembered) return
    for (const oldest of this.#remembered.keys()) {
      this.#remembered.delete(oldest)
      return
    }
  }
}
