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
  readonly #hashes: Uint32Array

  /** @param namedTokens tokens of `tokens` that are ever computed; what comes behind gets no name */
  constructor(tokens: readonly number[], blockTokens: number, namedTokens = tokens.length, salt?: string) {
    this.tokens = tokens
    this.blockTokens = blockTokens
    this.salt = salt
    const blocks = Math.floor(Math.min(namedTokens, tokens.length) / blockTokens)
    this.#hashes = new Uint32Array(2 * blocks)
    const units: number[] = []
    let [high, low] = seedOf(salt)
    for (let block = 0; block < blocks; block += 1) {
      for (let place = block * blockTokens; place < (block + 1) * blockTokens; place += 1) {
        const token = tokens[place] ?? 0
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

  tokensOf(firstBlock: number, endBlock: number): readonly number[] {
    return this.tokens.slice(firstBlock * this.blockTokens, endBlock * this.blockTokens)
  }
}

function mix(hash: number, token: number): number {
  return Math.imul(Math.imul(hash ^ (token & 0xffff), prime) ^ (token >>> 16), prime)
}

function seedOf(salt: string | undefined): [high: number, low: number] {
  let [high, low] = [0x811c9dc5, 0x9747b28c]
  for (const character of salt ?? '') {
    high = mix(high, character.codePointAt(0) ?? 0)
    low = mix(low, character.codePointAt(0) ?? 0)
  }
  return [high, low]
}
