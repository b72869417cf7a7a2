const windowSeconds = 30

/** How fast a queue empties: those that got a replica, over the last half minute. A ring of seconds; O(1). */
export class DrainRate {
  readonly #counts = new Float64Array(windowSeconds)
  #second = -Infinity
  #firstMs = Infinity

  /** One got a replica. */
  note(nowMs: number): void {
    const second = this.#turnTo(nowMs)
    if (this.#firstMs > nowMs) this.#firstMs = nowMs
    const slot = second % windowSeconds
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
  }

  /** Requests a second; null as long as none has got one, or none has for half a minute. */
  perSecond(nowMs: number): number | null {
    this.#turnTo(nowMs)
    const count = this.#counts.reduce((total, each) => total + each, 0)
    if (count === 0) {
      this.#firstMs = Infinity
      return null
    }
    // Less than a second tells nothing of a rate.
    const seconds = Math.min(windowSeconds, Math.max(1, (nowMs - this.#firstMs) / 1000))
    return count / seconds
  }

  /** The second of `nowMs`; those that have passed since the last look are emptied. */
  #turnTo(nowMs: number): number {
    const second = Math.floor(nowMs / 1000)
    const passed = Math.min(second - this.#second, windowSeconds)
    for (let step = 0; step < passed; step += 1) this.#counts[(second - step) % windowSeconds] = 0
    if (passed >= windowSeconds) this.#firstMs = Infinity
    if (second > this.#second) this.#second = second
    return this.#second
  }
}
