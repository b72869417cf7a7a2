import { collector } from './collector.ts'

/** So many more requests under way than at the last collection ask for another. */
const step = 64
/** Collections are at least so far apart, in milliseconds: each takes about one. */
const apartMs = 20

/**
 * Has V8 collect its young generation early while more and more requests are under way, as when hundreds of streams
 * begin within a second. V8 itself waits until 16 MB are full, and then copies all that a thousand young streams are made
 * of, twice: two pauses of 5 to 7 ms, in which no event passes. In portions of some dozen streams the same copies are pauses
 * of about 1 ms. A number that stays, or goes up and down by little, asks for nothing.
 */
export class EarlyCollections {
  readonly #collect: () => void
  readonly #clock: () => number
  #collectAt = step
  #nextMs = 0

  constructor(collect: () => void = collectYoung, clock: () => number = () => performance.now()) {
    this.#collect = collect
    this.#clock = clock
  }

  /** One more is under way: `size` now. */
  onGrown(size: number): void {
    if (size < this.#collectAt) return
    const now = this.#clock()
    if (now < this.#nextMs) return
    this.#collectAt = size + step
    this.#nextMs = now + apartMs
    this.#collect()
  }

  /** One less is under way: `size` now. */
  onShrunk(size: number): void {
    if (size + 2 * step < this.#collectAt) this.#collectAt = size + 2 * step
  }
}

/** After what the thread has at hand. */
function collectYoung(): void {
  setImmediate(collector(), { type: 'minor' })
}
