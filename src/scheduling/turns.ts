/** Far below where numbers stop being whole, and a multiple of most counts of replicas. */
const wrap = 720_720 * 64

/**
 * Where to begin looking, so that equals take turns. It begins at random, so that gateways that start together do not all begin
 * with the same replica.
 */
export class Turns {
  readonly #random: () => number
  #next = -1

  /** @param random gives a number from 0 up to, not including, 1 */
  constructor(random: () => number) {
    this.#random = random
  }

  /** A whole number that grows by one with each call. */
  next(): number {
    if (this.#next < 0) this.#next = Math.floor(this.#random() * wrap)
    const turn = this.#next
    this.#next = (turn + 1) % wrap
    return turn
  }
}
