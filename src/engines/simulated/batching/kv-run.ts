/** The name of a run that nobody can ask for: the end of one sequence. */
export const anonymous = -1

/**
 * Blocks that stand one after another in a context and are kept or lost from the end: those of a named unit, or the end
 * of one sequence. What is not referenced stands in a list, the longest unused first.
 */
export class KvRun {
  readonly unit: number
  /** Blocks held, from the run's beginning on. */
  blocks = 0
  /** Of them, those whose content is there; that of the others is on its way from elsewhere. */
  filled = 0
  /** Sequences that use it. */
  references = 0
  older: KvRun | null = null
  newer: KvRun | null = null

  constructor(unit: number) {
    this.unit = unit
  }
}

/** Runs that nobody uses, by the time of their last use. */
export class IdleRuns {
  #oldest: KvRun | null = null
  #newest: KvRun | null = null
  /** Blocks of all of them. */
  blocks = 0

  get oldest(): KvRun | null {
    return this.#oldest
  }

  /** Appends a run as the one used last. */
  append(run: KvRun): void {
    run.older = this.#newest
    run.newer = null
    if (this.#newest === null) this.#oldest = run
    else this.#newest.newer = run
    this.#newest = run
    this.blocks += run.blocks
  }

  remove(run: KvRun): void {
    if (run.older === null) this.#oldest = run.newer
    else run.older.newer = run.newer
    if (run.newer === null) this.#newest = run.older
    else run.newer.older = run.older
    run.older = null
    run.newer = null
    this.blocks -= run.blocks
  }

  /** Takes blocks from the end of the oldest run, which stays while it has any. */
  shrinkOldest(most: number): { readonly run: KvRun; readonly blocks: number } | null {
    const run = this.#oldest
    if (run === null) return null
    const blocks = Math.min(most, run.blocks)
    run.blocks -= blocks
    run.filled = Math.min(run.filled, run.blocks)
    this.blocks -= blocks
    if (run.blocks === 0) this.remove(run)
    return { run, blocks }
  }
}
