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
export const ownPlace = (): CountPlace => ({ cells: new Int32Array(1), rows: 1, columns: 1, row: 0, column: 0 })

/** Tries to get a place below a limit while other threads try too and give theirs back again. */
const attempts = 64

/** Requests in flight on one replica, of all threads: each writes its own row, and everybody sums the column. */
export class InFlightCount {
  readonly #place: CountPlace
  readonly #own: number

  constructor(place: CountPlace = ownPlace()) {
    this.#place = place
    this.#own = place.row * place.columns + place.column
  }

  /** Of all threads. */
  get total(): number {
    const { cells, rows, columns, column } = this.#place
    let total = 0
    for (let row = 0; row < rows; row += 1) total += Atomics.load(cells, row * columns + column)
    return total
  }

  /**
   * Counts one more, unless all threads together have `limit` already. Who comes late sees everybody before him, since
   * he counts himself first and sums then; two that meet at the last place both step back and try again.
   */
  take(limit: number): boolean {
    const { cells } = this.#place
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      Atomics.add(cells, this.#own, 1)
      if (limit === Infinity || this.total <= limit) return true
      Atomics.sub(cells, this.#own, 1)
      if (this.total >= limit) return false
    }
    return false
  }

  /** Counts one less. */
  giveBack(): void {
    if (Atomics.sub(this.#place.cells, this.#own, 1) <= 0) throw new Error('an in-flight count fell below zero')
  }
}
