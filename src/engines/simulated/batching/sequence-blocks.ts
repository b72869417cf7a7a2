import type { KvCache } from './kv-cache.ts'
import { anonymous, type KvRun } from './kv-run.ts'
import type { Sequence } from './sequence.ts'

/** How contexts are cut. */
export interface Cut {
  /** Tokens of a block. */
  readonly blockTokens: number
  /** Blocks of a named unit. */
  readonly unitBlocks: number
}

/** What a sequence finds of its context when it starts. */
export interface Match {
  /** Tokens held, whole blocks. */
  readonly tokens: number
  /** Blocks of those that nobody uses now: they count as free, and are not when it starts. */
  readonly idleBlocks: number
}

/** Gives sequences their blocks, and takes them back. */
export class SequenceBlocks {
  readonly #cache: KvCache
  readonly #cut: Cut

  constructor(cache: KvCache, cut: Cut) {
    this.#cache = cache
    this.#cut = cut
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.#cut.blockTokens)
  }

  /** What is held of a context: whole blocks, and not its last token, which has to be computed for the next one to come. */
  match(sequence: Sequence): Match {
    const { blockTokens, unitBlocks } = this.#cut
    const most = Math.floor((sequence.tokens - 1) / blockTokens)
    const named = this.#namedBlocks(sequence)
    let blocks = 0
    let idleBlocks = 0
    for (let place = 0; place * unitBlocks < Math.min(most, named); place += 1) {
      const run = this.#cache.find(sequence.request.units[place] ?? anonymous)
      if (run === undefined || run.filled === 0) break
      if (run.references === 0) idleBlocks += run.blocks
      const wanted = Math.min(unitBlocks, named - place * unitBlocks)
      blocks += Math.min(run.filled, wanted)
      if (run.filled < wanted) break
    }
    const { rest } = sequence
    if (blocks === named && rest !== null && rest.blocks > 0) {
      if (blocks < most) idleBlocks += rest.blocks
      blocks += rest.blocks
    }
    return { tokens: Math.min(blocks, most) * blockTokens, idleBlocks }
  }

  /** Takes what `match` found into use. */
  begin(sequence: Sequence, match: Match): void {
    const blocks = match.tokens / this.#cut.blockTokens
    for (let place = 0; place * this.#cut.unitBlocks < Math.min(blocks, this.#namedBlocks(sequence)); place += 1) {
      const run = this.#cache.find(sequence.request.units[place] ?? anonymous)
      if (run === undefined) throw new Error('a KV run that was matched is gone')
      this.#cache.use(run)
      sequence.runs.push(run)
    }
    const { rest } = sequence
    if (blocks > this.#namedBlocks(sequence) && rest !== null) this.#cache.use(rest)
    else sequence.rest = null
    sequence.blocks = blocks
  }

  /** Blocks that have to be free for a sequence to have room for so many tokens. */
  lacking(sequence: Sequence, tokens: number, alreadyHas: number): number {
    const wanted = this.blocksFor(tokens)
    if (wanted <= alreadyHas) return 0
    const { unitBlocks } = this.#cut
    const named = this.#namedBlocks(sequence)
    let lack = 0
    for (let place = Math.floor(alreadyHas / unitBlocks); place * unitBlocks < Math.min(wanted, named); place += 1) {
      const first = place * unitBlocks
      const needed = Math.min(unitBlocks, Math.min(wanted, named) - first)
      const run = sequence.runs[place] ?? this.#cache.find(sequence.request.units[place] ?? anonymous)
      if (run === undefined) lack += needed
      // What is matched and idle is counted by `Match.idleBlocks`.
      else if (run.references > 0 || first < alreadyHas) lack += Math.max(0, needed - run.blocks)
      else lack += Math.max(run.blocks, needed)
    }
    const restBlocks = alreadyHas > named ? (sequence.rest?.blocks ?? 0) : 0
    return lack + Math.max(0, wanted - named - restBlocks)
  }

  /**
   * Gives a sequence blocks for so many tokens; false, and nothing is done, where too few are free.
   * @param isFilled whether they are computed now; else others find them once `fill` says that they have come
   */
  reserve(sequence: Sequence, tokens: number, isFilled = true): boolean {
    const wanted = this.blocksFor(tokens)
    if (wanted <= sequence.blocks) return true
    if (this.lacking(sequence, tokens, sequence.blocks) > this.#cache.free) return false
    const { unitBlocks } = this.#cut
    const named = this.#namedBlocks(sequence)
    const last = Math.min(wanted, named)
    for (let place = Math.floor(sequence.blocks / unitBlocks); place * unitBlocks < last; place += 1) {
      const run = sequence.runs[place] ?? this.#join(sequence.request.units[place] ?? anonymous)
      sequence.runs[place] = run
      const blocks = Math.min(unitBlocks, last - place * unitBlocks)
      this.#cache.grow(run, blocks)
      if (isFilled) run.filled = Math.max(run.filled, blocks)
    }
    if (wanted > named) {
      sequence.rest ??= this.#cache.open(anonymous)
      this.#cache.grow(sequence.rest, wanted - named)
    }
    sequence.blocks = wanted
    return true
  }

  /** All that a sequence has blocks for has come. */
  fill({ runs, blocks }: Sequence): void {
    const { unitBlocks } = this.#cut
    for (const [place, run] of runs.entries()) {
      run.filled = Math.max(run.filled, Math.min(run.blocks, unitBlocks, blocks - place * unitBlocks))
    }
  }

  /** Takes all blocks back, the end first, so that the beginning stays longest. */
  release(sequence: Sequence): void {
    const { runs, rest } = sequence
    if (rest !== null && rest.references > 0) this.#cache.letGo(rest)
    for (let place = runs.length - 1; place >= 0; place -= 1) {
      const run = runs[place]
      if (run !== undefined) this.#cache.letGo(run)
    }
    runs.length = 0
    sequence.blocks = 0
  }

  /**
   * Empties the blocks of a sequence that ends early into which not all was computed: nobody may find them. Of units of
   * several blocks it is not known which these are, and nobody ends early who has such.
   */
  forgetUnfilled(sequence: Sequence): void {
    if (this.#cut.unitBlocks > 1) return
    for (const run of sequence.runs.slice(Math.floor(sequence.computed / this.#cut.blockTokens))) this.#cache.empty(run)
  }

  #join(unit: number): KvRun {
    const run = this.#cache.find(unit)
    if (run === undefined) return this.#cache.open(unit)
    this.#cache.use(run)
    return run
  }

  /** Blocks that have a name: whole ones only, as only those are ever shared. */
  #namedBlocks({ request }: Sequence): number {
    return Math.floor(
      Math.min(request.namedTokens, request.units.length * this.#cut.unitBlocks * this.#cut.blockTokens) /
        this.#cut.blockTokens,
    )
  }
}
