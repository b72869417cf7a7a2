const windowSeconds = 10

/** Tokens a second over the last ten seconds, in buckets of one second. */
export class TokenRate {
  readonly #counts = new Float64Array(windowSeconds + 1)
  #second = 0

  /** Counts tokens that came at `nowMs`. */
  add(tokens: number, nowMs: number): void {
    this.#turnTo(Math.floor(nowMs / 1000))
    const slot = this.#second % this.#counts.length
    this.#counts[slot] = (this.#counts[slot] ?? 0) + tokens
  }

  /** Counts tokens that came evenly over the time until `nowMs`; what lies before the window is left out. */
  addOver(tokens: number, durationMs: number, nowMs: number): void {
    this.#turnTo(Math.floor(nowMs / 1000))
    const seconds = Math.max(1, Math.ceil(durationMs / 1000))
    for (let back = 0; back < Math.min(seconds, this.#counts.length, this.#second + 1); back += 1) {
      const slot = (this.#second - back) % this.#counts.length
      this.#counts[slot] = (this.#counts[slot] ?? 0) + tokens / seconds
    }
  }

  /** The mean over the last ten seconds, the one under way left out. */
  perSecond(nowMs: number): number {
    this.#turnTo(Math.floor(nowMs / 1000))
    const current = this.#second % this.#counts.length
    const total = this.#counts.reduce((sum, count, slot) => (slot === current ? sum : sum + count), 0)
    return Math.max(0, total / windowSeconds)
  }

  #turnTo(second: number): void {
    const passed = Math.min(second - this.#second, this.#counts.length)
    for (let step = 1; step <= passed; step += 1) this.#counts[(second - passed + step) % this.#counts.length] = 0
    this.#second = Math.max(second, this.#second)
  }
}
