/** Cells of a queue: how many wait, and how many of them get a replica, in a thousand seconds; 0 where not known. */
export const queueCells = 2

/** What is known of a queue without asking who holds it: in memory that all threads see, written by one. */
export class QueueFigures {
  readonly #cells: Int32Array
  readonly #at: number

  constructor(cells: Int32Array = new Int32Array(queueCells), index = 0) {
    this.#cells = cells
    this.#at = index * queueCells
  }

  /** Requests that wait. Read before each request is sent, so as plain memory: who comes late by a moment asks first. */
  get length(): number {
    return this.#cells[this.#at] ?? 0
  }

  set length(length: number) {
    this.#cells[this.#at] = length
  }

  /** Requests that get a replica, a second; null where that is not known. */
  get drainPerSecond(): number | null {
    const perThousand = this.#cells[this.#at + 1] ?? 0
    return perThousand === 0 ? null : perThousand / 1000
  }

  set drainPerSecond(perSecond: number | null) {
    this.#cells[this.#at + 1] =
      perSecond === null ? 0 : Math.max(1, Math.min(0x7fff_ffff, Math.round(perSecond * 1000)))
  }
}
