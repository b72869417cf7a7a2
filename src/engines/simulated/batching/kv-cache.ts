import type { KvListener } from './contract.ts'
import { anonymous, IdleRuns, KvRun } from './kv-run.ts'

/**
 * The blocks of a KV cache: those that sequences use are counted, those that none uses any more are kept until their
 * place is needed, the longest unused first and of a sequence its end first (vLLM V1, `BlockPool` and
 * `SingleTypeKVCacheManager.free`: blocks are freed in reverse order).
 *
 * Blocks are counted in runs, one a named unit, so that a unit of many blocks costs as much as one of one. Two sequences
 * that compute the same unit at the same time share its blocks, where vLLM has them twice until one of the two ends.
 */
export class KvCache {
  readonly capacity: number
  readonly #listener: KvListener | undefined
  readonly #named = new Map<number, KvRun>()
  readonly #idle = new IdleRuns()
  #used = 0

  /** @param capacity blocks */
  constructor(capacity: number, listener?: KvListener) {
    this.capacity = capacity
    this.#listener = listener
  }

  /** Blocks that sequences use. */
  get used(): number {
    return this.#used
  }

  /** Blocks that can be had: empty ones, and those that nobody uses. */
  get free(): number {
    return this.capacity - this.#used
  }

  /** Blocks that hold something, used or not. */
  get held(): number {
    return this.#used + this.#idle.blocks
  }

  /** The run of a named unit of which any block is held or used. */
  find(unit: number): KvRun | undefined {
    return this.#named.get(unit)
  }

  /** A run for a unit, used by one sequence, with no block yet. */
  open(unit: number): KvRun {
    const run = new KvRun(unit)
    run.references = 1
    if (unit !== anonymous) this.#named.set(unit, run)
    return run
  }

  /** One more sequence uses a run. */
  use(run: KvRun): void {
    if (run.references === 0 && run.blocks > 0) {
      this.#idle.remove(run)
      this.#used += run.blocks
    }
    run.references += 1
    // Lost while nobody used it: it is a new run under its name.
    if (run.unit !== anonymous) this.#named.set(run.unit, run)
  }

  /** Makes a used run at least so many blocks long; the blocks have to be free. */
  grow(run: KvRun, blocks: number): void {
    const more = blocks - run.blocks
    if (more <= 0) return
    if (more > this.free) throw new Error(`${more} KV blocks were asked for, ${this.free} are free`)
    for (let lack = more - (this.capacity - this.held); lack > 0;) {
      const lost = this.#idle.shrinkOldest(lack)
      if (lost === null) break
      lack -= lost.blocks
      this.#lose(lost.run)
    }
    run.blocks = blocks
    this.#used += more
    if (run.unit !== anonymous) this.#listener?.stored(run.unit, blocks)
  }

  /** Empties a run that one sequence uses: nothing was computed into its blocks. */
  empty(run: KvRun): void {
    if (run.references !== 1 || run.blocks === 0) return
    this.#used -= run.blocks
    run.blocks = 0
    run.filled = 0
    this.#lose(run)
  }

  /** A sequence does not use a run any more: its blocks stay until their place is needed. */
  letGo(run: KvRun): void {
    if (run.references <= 0) throw new Error('a KV run is let go more often than it is used')
    run.references -= 1
    if (run.references > 0) return
    if (run.blocks > 0) {
      this.#used -= run.blocks
      this.#idle.append(run)
    } else if (run.unit !== anonymous) this.#named.delete(run.unit)
  }

  /** Forgets all that nobody uses (`/reset_prefix_cache`). */
  forget(): void {
    while (this.#idle.oldest !== null) {
      const lost = this.#idle.shrinkOldest(Infinity)
      if (lost !== null) this.#lose(lost.run)
    }
  }

  #lose(run: KvRun): void {
    if (run.unit === anonymous) return
    if (run.blocks === 0) this.#named.delete(run.unit)
    this.#listener?.removed(run.unit, run.blocks)
  }
}
