import { InFlightCount } from '../data-plane/in-flight-count.ts'
import type { ReplicaCounts } from '../data-plane/replica-handle.ts'
import { ThreadSum } from '../data-plane/thread-sum.ts'
import { slotCount } from './replica-board.ts'

/** Requests, tokens, blocks. */
const tables = 3

/** What each thread has at each replica, in memory that all threads see: a row a thread, which only it writes, and a column a slot. */
export class CountMemory {
  readonly memory: SharedArrayBuffer
  readonly rows: number
  readonly #tables: readonly Int32Array[]

  /** @param rows threads that count at once */
  constructor(rows: number, memory = new SharedArrayBuffer(tables * rows * slotCount * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.rows = rows
    const cells = rows * slotCount
    this.#tables = Array.from(
      { length: tables },
      (_, table) => new Int32Array(memory, table * cells * Int32Array.BYTES_PER_ELEMENT, cells),
    )
  }

  /** The counts of a replica, for the thread of a row. */
  at(row: number, slot: number): ReplicaCounts {
    const [requests, tokens, blocks] = this.#tables.map((cells) => ({
      cells,
      rows: this.rows,
      columns: slotCount,
      row,
      column: slot,
    }))
    return {
      requests: new InFlightCount(requests),
      tokens: new ThreadSum(tokens),
      pendingBlocks: new ThreadSum(blocks),
    }
  }

  /** The thread of a row is gone: what it counted is not under way any more. */
  clearRow(row: number): void {
    for (const cells of this.#tables) cells.fill(0, row * slotCount, (row + 1) * slotCount)
  }
}
