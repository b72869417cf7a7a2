import { cellsPerReplica, ReplicaCounts } from '../data-plane/replica-counts.ts'
import { slotCount } from './replica-board.ts'

const rowCells = slotCount * cellsPerReplica

/** What each thread has at each replica, in memory that all threads see: a row a thread, which only it writes, and a place a slot. */
export class CountMemory {
  readonly memory: SharedArrayBuffer
  readonly rows: number
  readonly #cells: Int32Array

  /** @param rows threads that count at once */
  constructor(rows: number, memory = new SharedArrayBuffer(rows * rowCells * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.rows = rows
    this.#cells = new Int32Array(memory, 0, rows * rowCells)
  }

  /** The counts of a replica, for the thread of a row. */
  at(row: number, slot: number): ReplicaCounts {
    return new ReplicaCounts({ cells: this.#cells, rowCells, row, column: slot })
  }

  /** The thread of a row is gone: what it counted is not under way any more. */
  clearRow(row: number): void {
    this.#cells.fill(0, row * rowCells, (row + 1) * rowCells)
  }
}
