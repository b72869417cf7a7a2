/** How long a kubelet waits before it tries again. */
export interface BackoffLimits {
  readonly firstMs: number
  readonly mostMs: number
}

/** Kubernetes waits 10 s at first and 300 s at most; tests have no time for that. */
export const testBackoff: BackoffLimits = { firstMs: 1_000, mostMs: 8_000 }

/** Waits that double. The first try after a failure is at once, as with a kubelet. */
export class Backoff {
  readonly #limits: BackoffLimits
  #nextMs = 0

  constructor(limits: BackoffLimits) {
    this.#limits = limits
  }

  /** How long to wait now. */
  next(): number {
    const now = this.#nextMs
    this.#nextMs = Math.min(this.#limits.mostMs, Math.max(this.#limits.firstMs, now * 2))
    return now
  }
}
