/** How far what was predicted of replicas is from what engines report. */
export interface AgreementState {
  /** Whether the exact index is to be believed. */
  readonly isTrusted: boolean
  /** Answers that were compared. */
  readonly compared: number
  /** Share of the last answers that were off by more than is allowed, 0 to 1. */
  readonly wrongShare: number
}

/** Blocks that a prediction may be off: the last block's tokens may merge with what follows, and blocks come and go. */
const allowedBlocks = 2
/** Answers that are looked at; one of them counts a sixty-fourth of those before it. */
const memory = 64
/** Comparisons before anything is judged. */
const fewest = 32
/** Trust is lost above the first share and won back below the second. */
const most = 0.2
const least = 0.05

/**
 * Compares the tokens that a replica was predicted to hold with those that its engine says it had (`cached_tokens`), for
 * one model: a template or a vocabulary that disagrees with the engine's shows here, whatever the reason.
 */
export class Agreement {
  #compared = 0
  #wrongShare = 0
  #isTrusted = true

  get state(): AgreementState {
    return { isTrusted: this.#isTrusted, compared: this.#compared, wrongShare: this.#wrongShare }
  }

  /**
   * An answer came from a replica that was chosen with a prediction.
   * @param predicted tokens that it was said to hold
   * @param reported tokens that the engine says it held
   * @param blockTokens tokens of a block of its engine
   * @returns whether trust was lost or won back just now
   */
  compare(predicted: number, reported: number, blockTokens: number): boolean {
    const isWrong = Math.abs(predicted - reported) > allowedBlocks * blockTokens
    this.#compared += 1
    const weight = 1 / Math.min(this.#compared, memory)
    this.#wrongShare += (Number(isWrong) - this.#wrongShare) * weight
    if (this.#compared < fewest) return false
    const before = this.#isTrusted
    if (this.#wrongShare > most) this.#isTrusted = false
    else if (this.#wrongShare < least) this.#isTrusted = true
    return before !== this.#isTrusted
  }
}
