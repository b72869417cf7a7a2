import type { PromptImage } from '../tokenizer/index.ts'

const prime = 0x01000193

/**
 * The whole blocks of a context, each named by a hash of its tokens and all that come before it (FNV-1a, two runs of 32 bits
 * with different starts), so that equal beginnings have equal names in every process.
 */
export class BlockChain {
  /** Names of the blocks as numbers of 53 bits. */
  readonly units: readonly number[]
  readonly tokens: readonly number[]
  readonly blockTokens: number
  /** What keeps the blocks of one client apart from those of others (`cache_salt`). */
  readonly salt: string | undefined
  readonly #images: readonly PromptImage[]
  readonly #hashes: Uint32Array

  /** @param namedTokens tokens of `tokens` that are ever computed; what comes behind gets no name */
  constructor(
    tokens: readonly number[],
    blockTokens: number,
    namedTokens = tokens.length,
    salt?: string,
    images: readonly PromptImage[] = [],
  ) {
    this.tokens = tokens
    this.blockTokens = blockTokens
    this.salt = salt
    this.#images = images
    const blocks = Math.floor(Math.min(namedTokens, tokens.length) / blockTokens)
    this.#hashes = new Uint32Array(2 * blocks)
    const units: number[] = []
    let [high, low] = seedOf(salt ?? '')
    const nameAt = new Map(images.map(({ start, name }) => [start, name]))
    for (let block = 0; block < blocks; block += 1) {
      for (let place = block * blockTokens; place < (block + 1) * blockTokens; place += 1) {
        const token = tokens[place] ?? 0
        const name = nameAt.get(place)
        if (name !== undefined) [high, low] = seedOf(name, high, low)
        high = mix(high, token)
        low = mix(low, token)
      }
      this.#hashes[2 * block] = high
      this.#hashes[2 * block + 1] = low
      units.push((high >>> 0) * 2 ** 21 + (low >>> 11))
    }
    this.units = units
  }

  /** The name of a block as events have it: 64 bits, unsigned. */
  hash(block: number): bigint {
    return (BigInt(this.#hashes[2 * block] ?? 0) << 32n) | BigInt(this.#hashes[2 * block + 1] ?? 0)
  }

  /** What is part of a block's name beside its tokens: its images, each with the place where it begins, and the salt. */
  keysOf(block: number): (string | [string, number])[] {
    const from = block * this.blockTokens
    const within = this.#images.filter(({ start, end }) => start < from + this.blockTokens && end > from)
    const keys = within.map(({ name, start }): [string, number] => [name, start - from])
    return block === 0 && this.salt !== undefined ? [...keys, this.salt] : keys
  }

  tokensOf(firstBlock: number, endBlock: number): readonly number[] {
    return this.tokens.slice(firstBlock * this.blockTokens, endBlock * this.blockTokens)
  }
}

function mix(hash: number, token: number): number {
  return Math.imul(Math.imul(hash ^ (token & 0xffff), prime) ^ (token >>> 16), prime)
}

function seedOf(text: string, highSeed = 0x811c9dc5, lowSeed = 0x9747b28c): [high: number, low: number] {
  let [high, low] = [highSeed, lowSeed]
  for (const character of text) {
    high = mix(high, character.codePointAt(0) ?? 0)
    low = mix(low, character.codePointAt(0) ?? 0)
  }
  return [high, low]
}
