import { vocabulary } from './vocabulary.ts'

/** Letters or digits with the space before them, other space, other characters: together everything. */
const unit = / ?\p{L}+| ?\p{N}+|\s+|[^\s\p{L}\p{N}]+/gu

/** Ids from here on stand for one to three bytes of text that is not in the vocabulary. */
const firstByteToken = 2048
/** Stands for each piece of an image; no text has it. */
export const imageToken = firstByteToken - 1
/** What it reads like. */
export const imagePiece = '<|image|>'
/** A digit of a byte token: 0 for no byte, else the byte + 1. */
const radix = 257
/** One more than the greatest token id. */
export const tokenLimit = firstByteToken + radix ** 3

const idOf = new Map(vocabulary.map((text, id) => [text, id]))
const bytesOf = vocabulary.map((text) => Buffer.from(text))

/** The tokens of a text: one for a known word with the space before it, else one for each three bytes. */
export function tokenize(text: string): number[] {
  const tokens: number[] = []
  for (const [part] of text.matchAll(unit)) {
    const known = idOf.get(part)
    if (known === undefined) addByteTokens(tokens, Buffer.from(part))
    else tokens.push(known)
  }
  return tokens
}

/** The bytes that a token stands for; undefined when it is not a token of this model. */
export function tokenBytes(token: number): Uint8Array | undefined {
  if (token < bytesOf.length) return bytesOf[token]
  if (token === imageToken) return Buffer.from(imagePiece)
  if (token < firstByteToken || token >= tokenLimit) return undefined
  const bytes: number[] = []
  for (let rest = token - firstByteToken; rest > 0; rest = Math.floor(rest / radix)) {
    const digit = rest % radix
    if (digit === 0) return undefined
    bytes.push(digit - 1)
  }
  return bytes.length === 0 ? undefined : Uint8Array.from(bytes)
}

/** The text of each token; a character that spans several tokens comes with the last of them. */
export function tokenTexts(tokens: readonly number[]): string[] {
  if (tokens.every((token) => token < vocabulary.length)) return tokens.map((token) => vocabulary[token] ?? '')
  const decoder = new TextDecoder()
  const texts = tokens.map((token) => decoder.decode(tokenBytes(token) ?? new Uint8Array(), { stream: true }))
  const rest = decoder.decode()
  if (rest !== '' && texts.length > 0) texts[texts.length - 1] += rest
  return texts
}

function addByteTokens(tokens: number[], bytes: Uint8Array): void {
  for (let start = 0; start < bytes.length; start += 3) {
    let id = 0
    for (let index = Math.min(start + 3, bytes.length) - 1; index >= start; index -= 1) {
      id = id * radix + (bytes[index] ?? 0) + 1
    }
    tokens.push(firstByteToken + id)
  }
}
