/** How far what was predicted of replicas is from what engines report. */
export interface AgreementState {
  /** Whether the exact index is to be believed. */
  readonly isTrusted: boolean
  /** Answers that were compared, counted up to 64. */
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

/** Words of memory that an agreement is kept in. */
export const agreementWords = 1

/** Parts of the share of wrong answers that are told apart. */
const parts = 2 ** 22
/** Its word: answers compared, up to `memory`, in seven bits; the share above them; then whether trust is lost. */
const shareAt = 7
const comparedMask = (1 << shareAt) - 1
const lostBit = 1 << 30

/**
 * Compares the tokens that a replica was predicted to hold with those that its engine says it had (`cached_tokens`), for
 * one model: a template or a vocabulary that disagrees with the engine's shows here, whatever the reason. Threads that are
 * given the same memory judge together: each comparison counts once, whichever of them makes it.
 */
export class Agreement {
  readonly #words: Int32Array
  readonly #at: number

  /** @param words zeros at first */
  constructor(words: Int32Array = new Int32Array(agreementWords), at = 0) {
    this.#words = words
    this.#at = at
  }

  get state(): AgreementState {
    const word = Atomics.load(this.#words, this.#at)
    return { isTrusted: (word & lostBit) === 0, compared: word & comparedMask, wrongShare: shareOf(word) }
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
    for (;;) {
      const before = Atomics.load(this.#words, this.#at)
      const after = judged(before, isWrong)
      if (Atomics.compareExchange(this.#words, this.#at, before, after) !== before) continue
      return ((before ^ after) & lostBit) !== 0
    }
  }
}

const shareOf = (word: number): number => ((word & (lostBit - 1)) >>> shareAt) / parts

function judged(word: number, isWrong: boolean): number {
  const compared = Math.min((word & comparedMask) + 1, memory)
  const wrongShare = shareOf(word) + (Number(isWrong) - shareOf(word)) / compared
  let lost = word & lostBit
  if (compared >= fewest) {
    if (wrongShare > most) lost = lostBit
    else if (wrongShare < least) lost = 0
  }
  return lost | (Math.round(wrongShare * parts) << shareAt) | compared
}
