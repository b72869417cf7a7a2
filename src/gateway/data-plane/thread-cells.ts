/** Where something of a replica is counted: one row a thread, one column a replica. */
export interface CountPlace {
  readonly cells: Int32Array
  readonly rows: number
  readonly columns: number
  /** The row of this thread, which only it writes. */
  readonly row: number
  readonly column: number
}

/** A place of this thread alone. */
const ownPlace = (): CountPlace => ({ cells: new Int32Array(1), rows: 1, columns: 1, row: 0, column: 0 })

/** A column of cells of which each thread writes its own. */
export class ThreadCells {
  protected readonly cells: Int32Array
  /** This thread's cell. */
  protected readonly own: number
  protected readonly first: number
  protected readonly columns: number
  protected readonly end: number

  constructor({ cells, rows, columns, row, column }: CountPlace = ownPlace()) {
    this.cells = cells
    this.own = row * columns + column
    this.first = column
    this.columns = columns
    this.end = rows * columns
  }

  /**
   * Of all threads. A moment's delay between cores does no harm to a choice, so cells are read without `Atomics`, whose calls
   * cost ten times as much.
   */
  get total(): number {
    const { cells, columns, end } = this
    let total = 0
    for (let at = this.first; at < end; at += columns) total += cells[at] ?? 0
    return total
  }
}
