/** How many retries are allowed: a share of recent requests, and some each second whatever the share. */
export interface RetryBudgetSettings {
  readonly share: number
  readonly perSecond: number
}

const windowSeconds = 10

/**
 * Keeps retries and hedges to a share of the requests of the last ten seconds, so that a Fleet in trouble does not get
 * several times its load. The window is a ring of seconds (as Finagle's RetryBudget, without its expiring tokens).
 */
export class RetryBudget {
  readonly #settings: RetryBudgetSettings
  readonly #clock: () => number
  readonly #requests = new Float64Array(windowSeconds)
  readonly #retries = new Float64Array(windowSeconds)
  #second = 0

  constructor(settings: RetryBudgetSettings, clock: () => number = () => performance.now()) {
    this.#settings = settings
    this.#clock = clock
  }

  /** Counts a request. */
  noteRequest(): void {
    const slot = this.#slot()
    this.#requests[slot] = (this.#requests[slot] ?? 0) + 1
  }

  /** Whether one more retry is within the budget. */
  get isLeft(): boolean {
    this.#slot()
    const { share, perSecond } = this.#settings
    return sum(this.#retries) + 1 <= sum(this.#requests) * share + perSecond * windowSeconds
  }

  /** Counts a retry. */
  noteRetry(): void {
    const slot = this.#slot()
    this.#retries[slot] = (this.#retries[slot] ?? 0) + 1
  }

  /** The slot of this second; those that have passed since the last look are emptied. */
  #slot(): number {
    const second = Math.floor(this.#clock() / 1000)
    const passed = Math.min(second - this.#second, windowSeconds)
    for (let step = 0; step < passed; step += 1) {
      this.#requests[(second - step) % windowSeconds] = 0
      this.#retries[(second - step) % windowSeconds] = 0
    }
    this.#second = second
    return second % windowSeconds
  }
}

const sum = (counts: Float64Array) => counts.reduce((total, count) => total + count, 0)
