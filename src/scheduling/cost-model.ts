import type { Outcome } from './contract.ts'
import { RecursiveLeastSquares } from './recursive-least-squares.ts'

/**
 * The time before a GPU begins, milliseconds; a token's prefill: an 8B model on a GPU of 2023; and a request's wait for each
 * that is there already: a few milliseconds where a batch has room for all, hundreds where it has few places. Fitted from
 * there; what is 0 here would stay 0.
 */
const prior = { ttftMs: 50, prefillMs: 0.05, requestMs: 10, tpotMs: 15, contextMs: 0.0002, interferenceMs: 0.0005 }
/** No answer is faster than this, as far as errors go, milliseconds. */
const ttftFloor = 20
const tpotFloor = 2

/**
 * How long a replica takes, learned from what it took: to the first token a base, so much a token of prefill before it and
 * of its own, and so much a request that it has already; between tokens a base, so much a token of context in flight, and so much a token of prefill that was waiting,
 * which is computed in between. One for all replicas of a model: they differ by what they have to do.
 */
export class CostModel {
  readonly #ttft = new RecursiveLeastSquares({
    prior: [prior.ttftMs, prior.prefillMs, prior.requestMs],
    least: [0, 1e-4, 0],
    most: [10_000, 100, 10_000],
    floor: ttftFloor,
  })
  readonly #tpot = new RecursiveLeastSquares({
    prior: [prior.tpotMs, prior.contextMs, prior.interferenceMs],
    least: [0.1, 1e-7, 0],
    most: [10_000, 1, 10],
    floor: tpotFloor,
  })
  readonly #ttftFeatures = Float64Array.of(1, 0, 0)
  readonly #tpotFeatures = Float64Array.of(1, 0, 0)

  /** A token's prefill, milliseconds. */
  get prefillMs(): number {
    return this.#ttft.coefficient(1)
  }

  /** What each request that a replica has already adds to the time to the first token, milliseconds. */
  get requestMs(): number {
    return this.#ttft.coefficient(2)
  }

  /** What a token of context in flight adds to the time between two tokens, milliseconds. */
  get contextMs(): number {
    return this.#tpot.coefficient(1)
  }

  /** Answers that it was learned from. */
  get samples(): number {
    return this.#ttft.samples
  }

  /**
   * To the first token, milliseconds.
   * @param prefillTokens those that wait and those of the request itself
   * @param inFlight requests that the replica has already
   */
  ttftMs(prefillTokens: number, inFlight: number): number {
    return this.#ttft.coefficient(0) + this.#ttft.coefficient(1) * prefillTokens + this.requestMs * inFlight
  }

  /** Between two tokens, milliseconds. */
  tpotMs(contextTokens: number, prefillTokens: number): number {
    const tpot = this.#tpot
    return tpot.coefficient(0) + tpot.coefficient(1) * contextTokens + tpot.coefficient(2) * prefillTokens
  }

  /** A request was answered. What failed or was cut short must not come here. */
  learn({ sent, promptTokens, cachedTokens, outputTokens, ttftMs, tpotMs }: Outcome): void {
    const uncached = cachedTokens === null ? sent.uncachedTokens : Math.max(1, promptTokens - cachedTokens)
    const prefill = sent.pendingPrefillTokens + uncached
    if (ttftMs > 0) {
      this.#ttftFeatures[1] = prefill
      this.#ttftFeatures[2] = sent.inFlight
      this.#ttft.learn(this.#ttftFeatures, ttftMs)
    }
    if (outputTokens > 1 && tpotMs > 0) {
      this.#tpotFeatures[1] = sent.inFlightTokens + promptTokens
      this.#tpotFeatures[2] = prefill
      this.#tpot.learn(this.#tpotFeatures, tpotMs)
    }
  }
}
