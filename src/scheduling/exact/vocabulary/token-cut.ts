import type { BytePairs } from './byte-pairs.ts'
import type { PreTokenizer } from './pre-tokenizer.ts'
import { bytesOfTokens, type TokenBytes, type TokenJudge } from './token-bytes.ts'

/** What comes behind may change how the last pieces of a text are cut, and what came before the first ones. */
const unsettledPieces = 2

/** What a tokenizer makes tokens with. */
export interface TokenCutParts {
  readonly tokens: TokenBytes
  /** Stand for themselves wherever they are; text is cut between them. */
  readonly added: ReadonlySet<number>
  readonly preTokenize: PreTokenizer
  readonly pairs: BytePairs
  /** Whether texts are composed (NFC) before they are cut. */
  readonly composes: boolean
}

/** Cuts the text of tokens into tokens again: a model may have chosen others for its answer. */
export class TokenCut implements TokenJudge {
  readonly #parts: TokenCutParts

  constructor(parts: TokenCutParts) {
    this.#parts = parts
  }

  firstOther(tokens: readonly number[], isWhole: boolean): number {
    for (let from = 0; from < tokens.length;) {
      const added = tokens.findIndex((token, place) => place >= from && this.#parts.added.has(token))
      const to = added === -1 ? tokens.length : added
      const place = this.#firstOtherOfText(tokens.slice(from, to), from > 0 || isWhole, to < tokens.length || isWhole)
      if (place >= 0) return from + place
      from = to + 1
    }
    return -1
  }

  #firstOtherOfText(all: readonly number[], isBegun: boolean, isEnded: boolean): number {
    const { tokens: table, preTokenize, pairs, composes } = this.#parts
    const skipped = isBegun ? 0 : all.findIndex((token) => !this.#beginsWithin(token))
    if (skipped === -1) return -1
    const tokens = all.slice(skipped)
    const length = tokens.reduce((sum, token) => sum + (table.lengths[token] ?? 0), 0)
    const text = bytesOfTokens(table, tokens, length)
      ?.toString('utf8')
      .replace(isEnded ? '' : /\ufffd$/u, '')
    if (text === undefined || text.includes('\ufffd') || (composes && text.normalize() !== text)) return -1
    const pieces = preTokenize(text)
    const settled = isEnded ? pieces.length : pieces.length - unsettledPieces
    let isInStep = isBegun
    let place = 0
    let tokenAt = 0
    let pieceAt = 0
    for (let index = 0; index < settled; index += 1) {
      const piece = pieces[index] ?? ''
      if (!isInStep && index >= unsettledPieces) {
        while (tokenAt < pieceAt) tokenAt += table.lengths[tokens[place++] ?? -1] ?? 0
        isInStep = tokenAt === pieceAt
      }
      const expected = isInStep ? pairs.tokensOf(piece) : null
      for (const token of expected ?? []) {
        if (tokens[place] !== token) return skipped + place
        tokenAt += table.lengths[token] ?? 0
        place += 1
      }
      isInStep = expected !== null
      pieceAt += Buffer.byteLength(piece)
    }
    return -1
  }

  /** Whether its first byte goes on with a character (RFC 3629). */
  #beginsWithin(token: number): boolean {
    return ((this.#parts.tokens.words[2 * token] ?? 0) & 0xc0) === 0x80
  }
}
