import { ThreadCells } from './thread-cells.ts'

/** A sum over all threads, which bounds nothing: each adds to its own cell, without `Atomics` too. */
export class ThreadSum extends ThreadCells {
  /** Adds a whole number to this thread's part; what is taken back later is negative. */
  add(amount: number): void {
    const { cells, own } = this
    cells[own] = (cells[own] ?? 0) + amount
  }
}
