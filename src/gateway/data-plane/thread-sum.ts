import { ownPlace, type CountPlace } from './in-flight-count.ts'

/**
 * A sum over all threads: each adds to its own cell, and everybody sums the column. It bounds nothing, so a moment's delay
 * between cores does no harm, and cells are read and written without `Atomics`, whose calls cost ten times as much.
 */
export class ThreadSum {
  readonly #place: CountPlace
  readonly #own: number

  constructor(place: CountPlace = ownPlace()) {
    this.#place = place
    this.#own = place.row * place.columns + place.column
  }

  /** Adds a whole number to this thread's part; what is taken back later is negative. */
  add(amount: number): void {
    const { cells } = this.#place
    cells[this.#own] = (cells[this.#own] ?? 0) + amount
  }

  get total(): number {
    const { cells, rows, columns, column } = this.#place
    let total = 0
    for (let row = 0; row < rows; row += 1) total += cells[row * columns + column] ?? 0
    return total
  }
}
