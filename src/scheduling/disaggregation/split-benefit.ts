import { LineFit } from './line-fit.ts'

/** How a request was served: by one replica, or by a pair. */
export type ServedHow = 'whole' | 'split'

/** Observations of both kinds before they count for more than the setting. */
const fewest = 16
/** What is learned stays within this factor of the setting, so that an odd hour never turns splitting off or always on. */
const widest = 8
/** Every so many requests one near the threshold is served the other way, so that both kinds stay known. */
const tryEvery = 64

/**
 * Knows from which prompt on it pays to prefill on a replica of its own. Starts at a setting and learns from the times
 * to the first token that requests of both kinds had, each a line over the tokens that had to be computed.
 *
 * A prompt that is computed where it decodes costs its own wait, and delays each sequence that decodes there by the
 * time that it takes to compute. Split, it costs its own wait alone, which has the transfer in it. So it pays where
 *
 *     split(tokens) ≤ whole(tokens) + others × slope(whole) × tokens
 *
 * That splitting raises the wait and pays all the same is what llm-d publishes of gpt-oss-120b at 5,000/250 tokens:
 * time to first token +117 %, end to end −59 % (llm-d guides/pd-disaggregation, 027a0532).
 */
export class SplitBenefit {
  readonly #setting: number
  readonly #whole = new LineFit()
  readonly #split = new LineFit()
  readonly #nextTurn: () => number

  /**
   * @param minPromptTokens shorter prompts are not split as long as nothing is learned
   * @param nextTurn gives a whole number that grows by one with each call; counted here when absent
   */
  constructor(minPromptTokens: number, nextTurn = countedTurns()) {
    this.#setting = minPromptTokens
    this.#nextTurn = nextTurn
  }

  /**
   * Whether to split.
   * @param tokens of the prompt, less those that the decode replica holds
   * @param others sequences that decode there
   */
  pays(tokens: number, others: number): boolean {
    const threshold = this.threshold(others)
    const does = tokens >= threshold
    if (!this.#isLearned || tokens < threshold / widest || tokens > threshold * widest) return does
    return this.#nextTurn() % tryEvery === 0 ? !does : does
  }

  /** Tokens from which on it pays beside so many others. */
  threshold(others: number): number {
    if (!this.#isLearned) return this.#setting
    const gained = this.#whole.slope * (1 + others) - this.#split.slope
    const lost = this.#split.base - this.#whole.base
    const even = gained > 0 ? lost / gained : lost > 0 ? Infinity : this.#setting
    return Math.min(Math.max(even, this.#setting / widest), this.#setting * widest)
  }

  /** A request was served: its first token came after `ttftMs`. */
  observe(how: ServedHow, tokens: number, ttftMs: number): void {
    const line = how === 'whole' ? this.#whole : this.#split
    line.observe(tokens, ttftMs)
  }

  /** Time in which a pair should have the first token, milliseconds; null as long as too little is known. */
  expectedSplitMs(tokens: number): number | null {
    return this.#split.count < fewest ? null : this.#split.base + this.#split.slope * tokens
  }

  get #isLearned(): boolean {
    return this.#whole.count >= fewest && this.#split.count >= fewest
  }
}

function countedTurns(): () => number {
  let turn = 0
  return () => (turn = (turn + 1) % tryEvery)
}
