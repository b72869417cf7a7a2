import type { Choosing } from '../contract.ts'

/** Far below where numbers stop being whole, and a multiple of most counts of replicas. */
const wrap = 720_720 * 64

/**
 * Where to begin looking, so that equals take turns. It begins at random, so that gateways and threads that start
 * together do not all begin with the same replica.
 */
export class Turns {
  #next = -1

  /** A whole number that grows by one with each call. */
  next(choosing: Choosing): number {
    if (this.#next < 0) this.#next = Math.floor(choosing.random() * wrap)
    const turn = this.#next
    this.#next = (turn + 1) % wrap
    return turn
  }
}
