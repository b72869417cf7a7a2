/** Turns tokens into text, given those that came before. */
export type Detokenize = (tokens: readonly number[], lastTokens: readonly number[]) => string

/** What invalid or unfinished UTF-8 is decoded to (Unicode 16, section 3.9, U+FFFD substitution). */
const replacement = '\uFFFD'
/** A character has 4 bytes at the most (RFC 3629), and a token at least one: after so many it is not unfinished but invalid. */
const maxHeldTokens = 4
/** Enough for a tokenizer to know whether a space belongs between two tokens. */
const rememberedTokens = 8

/** Text of a growing token sequence that never shows half a character. */
export class TokenText {
  readonly #detokenize: Detokenize
  #held: number[] = []
  #last: readonly number[]

  constructor(detokenize: Detokenize, prompt: readonly number[]) {
    this.#detokenize = detokenize
    this.#last = prompt.slice(-rememberedTokens)
  }

  /** The text that is whole now. */
  push(token: number): string {
    this.#held.push(token)
    const text = this.#detokenize(this.#held, this.#last)
    if (text.endsWith(replacement) && this.#held.length < maxHeldTokens) return ''
    this.#last = [...this.#last, ...this.#held].slice(-rememberedTokens)
    this.#held = []
    return text
  }

  /** The whole characters among what was held back, once nothing more comes. */
  flush(): string {
    const text = this.#held.length === 0 ? '' : this.#detokenize(this.#held, this.#last)
    this.#held = []
    return text.replace(/\uFFFD+$/, '')
  }
}
