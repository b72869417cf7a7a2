/** Bytes of a prompt that are one block of the index: some 64 tokens of English text. */
export const blockBytes = 256

/** Longer prompts are hashed up to here: 4 MB is about a million tokens. */
const longestBytes = 4 * 1024 * 1024

/** Odd constants of good dispersion (xxHash, 32-bit primes). */
const primeA = 0x9e3779b1 | 0
const primeB = 0x85ebca77 | 0
const primeC = 0xc2b2ae3d | 0

/** The hashes of a prompt's blocks, each over everything before it; reused from prompt to prompt. */
export interface BlockHashes {
  /** Whole blocks; what is left at the end belongs to none. */
  count: number
  /** Two halves of 32 bits a block. */
  words: Int32Array
}

export function emptyBlockHashes(): BlockHashes {
  return { count: 0, words: new Int32Array(256) }
}

/**
 * Hashes the bytes from `start` up to `end` block by block, each hash going on from the one before, so that two prompts
 * have equal hashes as far as they are equal. Four lanes of xor, multiply and rotate over 32 bytes a step, so that the processor has
 * work while a product is on its way, mixed at each block's end by the finaliser of MurmurHash3.
 * @param seed what must be equal beside the bytes: model, adapter, tools; and a secret of the process, so that nobody
 * outside can make two prompts collide
 */
export function hashBlocks(bytes: Buffer, start: number, end: number, seed: number, into: BlockHashes): BlockHashes {
  const count = Math.floor(Math.max(0, Math.min(end - start, longestBytes)) / blockBytes)
  if (into.words.length < 2 * count) into.words = new Int32Array(4 * count)
  into.count = count
  if (count === 0) return into
  const { words } = into
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * blockBytes)
  let high = mix(seed ^ primeA)
  let low = mix(seed ^ primeB)
  let at = 0
  for (let block = 0; block < count; block += 1) {
    let a = high
    let b = low
    let c = high ^ primeC
    let d = low ^ primeC
    for (const blockEnd = at + blockBytes; at < blockEnd; at += 32) {
      a = Math.imul(a ^ view.getInt32(at, true), primeA)
      b = Math.imul(b ^ view.getInt32(at + 4, true), primeB)
      c = Math.imul(c ^ view.getInt32(at + 8, true), primeC)
      d = Math.imul(d ^ view.getInt32(at + 12, true), primeA)
      a = Math.imul(((a << 13) | (a >>> 19)) ^ view.getInt32(at + 16, true), primeB)
      b = Math.imul(((b << 13) | (b >>> 19)) ^ view.getInt32(at + 20, true), primeC)
      c = Math.imul(((c << 13) | (c >>> 19)) ^ view.getInt32(at + 24, true), primeA)
      d = Math.imul(((d << 13) | (d >>> 19)) ^ view.getInt32(at + 28, true), primeB)
      a = (a << 15) | (a >>> 17)
      b = (b << 15) | (b >>> 17)
      c = (c << 15) | (c >>> 17)
      d = (d << 15) | (d >>> 17)
    }
    high = mix(a + Math.imul(b, primeC) + mix(c ^ Math.imul(d, primeB)))
    low = mix(high ^ b ^ Math.imul(c + d, primeA))
    words[2 * block] = high
    words[2 * block + 1] = low
  }
  return into
}

/** A seed from text, such as a model's name, on top of another. */
export function seedOf(text: string, seed: number): number {
  let hash = seed ^ primeC
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), primeA)
  return mix(hash)
}

/** The finaliser of MurmurHash3 (32 bits): every bit of the input changes every bit of the output. */
export function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
