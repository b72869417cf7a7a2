import { byteLevelText } from './byte-level.ts'

/** Longer pieces are not made into tokens here: it takes quadratic time. */
const mostCharacters = 48
/** Pieces whose tokens are kept, one to two megabytes. */
const keptPieces = 16_384

/**
 * Byte-pair encoding with a byte-level vocabulary: of two neighbours whose bytes are a token, those with the lowest
 * number are joined first, since tokens are numbered in the order in which they were learned (tiktoken, `_byte_pair_merge`).
 */
export class BytePairs {
  readonly #vocabulary: Readonly<Record<string, unknown>>
  readonly #takesWhole: boolean
  readonly #kept = new Map<string, readonly number[] | null>()

  /**
   * @param vocabulary tokens in the characters of `byteLevelText`, with their numbers
   * @param takesWhole whether a piece that is a token is that, however its bytes would be joined (`ignore_merges`)
   */
  constructor(vocabulary: Readonly<Record<string, unknown>>, takesWhole: boolean) {
    this.#vocabulary = vocabulary
    this.#takesWhole = takesWhole
  }

  /** The tokens of a piece; null for one that is too long, or has a byte that is no token. */
  tokensOf(piece: string): readonly number[] | null {
    const known = this.#kept.get(piece)
    if (known !== undefined) return known
    const tokens = piece.length > mostCharacters ? null : this.#join(byteLevelText(piece))
    if (this.#kept.size >= keptPieces) this.#kept.clear()
    this.#kept.set(piece, tokens)
    return tokens
  }

  #join(text: string): readonly number[] | null {
    const whole = this.#numberOf(text)
    if (this.#takesWhole && whole !== undefined) return [whole]
    const parts = text.split('')
    for (;;) {
      let lowest = Infinity
      let place = -1
      for (let index = 0; index + 1 < parts.length; index += 1) {
        const number = this.#numberOf(`${parts[index]}${parts[index + 1]}`) ?? Infinity
        if (number >= lowest) continue
        lowest = number
        place = index
      }
      if (place === -1) break
      parts.splice(place, 2, `${parts[place]}${parts[place + 1]}`)
    }
    const tokens = parts.map((part) => this.#numberOf(part) ?? -1)
    return tokens.includes(-1) ? null : tokens
  }

  #numberOf(token: string): number | undefined {
    const number = this.#vocabulary[token]
    return typeof number === 'number' ? number : undefined
  }
}
