import { ThreadCells } from './thread-cells.ts'

/** Tries to get a place below a limit while other threads try too and give theirs back again. */
const attempts = 64

/** Requests in flight on one replica, of all threads: each writes its own cell, and a limit bounds their sum. */
export class InFlightCount extends ThreadCells {
  /**
   * Counts one more, unless all threads together have `limit` already. Who comes late sees everybody before him, since
   * he counts himself first and sums then; two that meet at the last place both step back and try again.
   */
  take(limit: number): boolean {
    const { cells, own } = this
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      Atomics.add(cells, own, 1)
      if (limit === Infinity || this.#sum() <= limit) return true
      Atomics.sub(cells, own, 1)
      if (this.#sum() >= limit) return false
    }
    return false
  }

  /** Counts one less. */
  giveBack(): void {
    if (Atomics.sub(this.cells, this.own, 1) <= 0) throw new Error('an in-flight count fell below zero')
  }

  /** Of all threads, in the one order in which all of them see it. */
  #sum(): number {
    const { cells, columns, end } = this
    let sum = 0
    for (let at = this.first; at < end; at += columns) sum += Atomics.load(cells, at)
    return sum
  }
}
