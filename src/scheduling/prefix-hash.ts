/** What prompts are measured in: a block of 256 bytes is some 64 tokens of English text. */
export const blockBytes = 256

/**
 * Every block of a prompt's first 4 kB has a hash, and every fourth behind: of a long prompt, the last 200 tokens that two
 * have in common are worth less than the time to find them.
 */
const fineBlocks = 16
const coarseBlocks = 4

/** Longer prompts are hashed up to here: 4 MB is about a million tokens. */
const longestBytes = 4 * 1024 * 1024

/** Odd constants of good dispersion (xxHash, 32-bit primes). */
const primeA = 0x9e3779b1 | 0
const primeB = 0x85ebca77 | 0
const primeC = 0xc2b2ae3d | 0

/** The hashes of a prompt, each over everything before it; reused from prompt to prompt. */
export interface Hashes {
  /** How many there are. */
  count: number
  /** Two halves of 32 bits each. */
  words: Int32Array
}

/** Those of a prompt's bytes. */
export interface BlockHashes extends Hashes {
  /** Blocks that they are about; what is left at the end belongs to none. */
  blocks: number
}

export function emptyBlockHashes(): BlockHashes {
  return { count: 0, words: new Int32Array(256), blocks: 0 }
}

/** How many blocks the first hashes are about. */
export function blocksOf(hashes: number): number {
  return hashes <= fineBlocks ? hashes : fineBlocks + (hashes - fineBlocks) * coarseBlocks
}

/**
 * Hashes the bytes from `start` up to `end`, each hash going on from the one before, so that two prompts
 * have equal hashes as far as they are equal. Four lanes of xor, multiply, add and rotate over 32 bytes a step, so that the
 * processor has work while a product is on its way, mixed at the end of each hash by the finaliser of MurmurHash3. It is no
 * cryptographic hash: who makes two of his prompts collide sends one of them where the other's beginning is held.
 * @param seed what must be equal beside the bytes: model, adapter, tools; and a secret of the process, so that nobody
 * outside knows any hash
 */
export function hashBlocks(bytes: Buffer, start: number, end: number, seed: number, into: BlockHashes): BlockHashes {
  const whole = Math.floor(Math.max(0, Math.min(end - start, longestBytes)) / blockBytes)
  const count = whole <= fineBlocks ? whole : fineBlocks + Math.floor((whole - fineBlocks) / coarseBlocks)
  const blocks = blocksOf(count)
  if (into.words.length < 2 * count) into.words = new Int32Array(4 * count)
  into.count = count
  into.blocks = blocks
  if (count === 0) return into
  const { words } = into
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, blocks * blockBytes)
  let high = mix(seed ^ primeA)
  let low = mix(seed ^ primeB)
  let at = 0
  for (let index = 0; index < count; index += 1) {
    let a = high
    let b = low
    let c = high ^ primeC
    let d = low ^ primeC
    const hashEnd = at + (index < fineBlocks ? blockBytes : coarseBlocks * blockBytes)
    for (; at < hashEnd; at += 32) {
      a = (Math.imul(a ^ view.getInt32(at, true), primeA) + view.getInt32(at + 16, true)) | 0
      b = (Math.imul(b ^ view.getInt32(at + 4, true), primeB) + view.getInt32(at + 20, true)) | 0
      c = (Math.imul(c ^ view.getInt32(at + 8, true), primeC) + view.getInt32(at + 24, true)) | 0
      d = (Math.imul(d ^ view.getInt32(at + 12, true), primeA) + view.getInt32(at + 28, true)) | 0
      a = (a << 15) | (a >>> 17)
      b = (b << 15) | (b >>> 17)
      c = (c << 15) | (c >>> 17)
      d = (d << 15) | (d >>> 17)
    }
    high = mix(a + Math.imul(b, primeC) + mix(c ^ Math.imul(d, primeB)))
    low = mix(high ^ b ^ Math.imul(c + d, primeA))
    words[2 * index] = high
    words[2 * index + 1] = low
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
