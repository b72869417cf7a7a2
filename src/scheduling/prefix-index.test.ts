import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockBytes, blocksOf, emptyBlockHashes, hashBlocks, seedOf, type BlockHashes } from './prefix-hash.ts'
import { PrefixIndex } from './prefix-index.ts'

const hashesOf = (text: string, seed = 1): BlockHashes => {
  const bytes = Buffer.from(text)
  return hashBlocks(bytes, 0, bytes.length, seed, emptyBlockHashes())
}
/** A prompt of blocks that are each one letter. */
const prompt = (letters: string): BlockHashes =>
  hashesOf([...letters].map((letter) => letter.repeat(blockBytes)).join(''))
const pairs = ({ words, count }: BlockHashes) =>
  Array.from({ length: count }, (_, index) => `${words[2 * index]}:${words[2 * index + 1]}`)

describe('the hashes of a prompt', () => {
  it('are equal as far as two prompts are, and nowhere after', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40 }),
        fc.string({ maxLength: 8 }),
        fc.string({ maxLength: 8 }),
        (shared, one, other) => {
          const first = pairs(prompt(`${shared}x${one}`))
          const second = pairs(prompt(`${shared}y${other}`))
          const common = hashesOf('s'.repeat([...shared].length * blockBytes)).count
          expect(first.slice(0, common)).toEqual(second.slice(0, common))
          for (const hash of first.slice(common)) expect(second).not.toContain(hash)
        },
      ),
    )
  })

  it('depend on what else must be equal, and not on where the bytes lie', () => {
    const text = 'a'.repeat(3 * blockBytes)
    expect(pairs(hashesOf(text, seedOf('one', 7)))).not.toEqual(pairs(hashesOf(text, seedOf('two', 7))))
    const shifted = Buffer.from(`xyz${text}tail`)
    expect(pairs(hashBlocks(shifted, 3, 3 + text.length, 1, emptyBlockHashes()))).toEqual(pairs(hashesOf(text, 1)))
  })

  it('are of whole blocks only, and none of a short prompt', () => {
    expect(hashesOf('a'.repeat(blockBytes - 1)).count).toBe(0)
    expect(hashesOf('a'.repeat(2 * blockBytes - 1)).count).toBe(1)
    expect(hashBlocks(Buffer.alloc(10), 5, 2, 1, emptyBlockHashes()).count).toBe(0)
  })

  it('tell each of the first sixteen blocks, and every fourth behind', () => {
    const told = [1, 15, 16, 19, 20, 23, 24, 1000].map((blocks) => hashesOf('a'.repeat(blocks * blockBytes)))
    expect(told.map(({ count }) => count)).toEqual([1, 15, 16, 16, 17, 17, 18, 262])
    expect(told.map(({ blocks }) => blocks)).toEqual([1, 15, 16, 16, 20, 20, 24, 1000])
    for (const { count, blocks } of told) expect(blocksOf(count)).toBe(blocks)
  })

  it('do not collide among a quarter of a million', () => {
    const bytes = Buffer.alloc(1_000_000 * 4)
    const seen = new Set<number>()
    const hashes = emptyBlockHashes()
    for (let round = 0; round < 64; round += 1) {
      for (let at = 0; at < bytes.length; at += blockBytes) bytes.writeUInt32LE(at + round, at)
      hashBlocks(bytes, 0, bytes.length, round, hashes)
      for (let block = 0; block < hashes.count; block += 1) {
        seen.add((hashes.words[2 * block] ?? 0) * 2 ** 21 + ((hashes.words[2 * block + 1] ?? 0) & 0x1fffff))
      }
    }
    expect(seen.size).toBe(64 * hashes.count)
    expect(seen.size).toBeGreaterThan(250_000)
  })
})

/** The same index in the plainest way: each replica's blocks as a list, oldest first. */
class PlainIndex {
  readonly #capacity: number
  readonly #held: { hash: string; used: boolean }[][]

  constructor(replicas: number, capacity: number) {
    this.#capacity = capacity
    this.#held = Array.from({ length: replicas }, () => [])
  }

  match(hashes: readonly string[]): number[] {
    return this.#held.map((held) => {
      const missing = hashes.findIndex((hash) => !held.some((one) => one.hash === hash))
      return missing < 0 ? hashes.length : missing
    })
  }

  add(hashes: readonly string[], replica: number): void {
    const held = this.#held[replica] ?? []
    for (const hash of hashes.slice(0, this.#capacity).toReversed()) {
      const known = held.find((one) => one.hash === hash)
      if (known !== undefined) {
        known.used = true
        continue
      }
      for (let turn = held.length; held.length === this.#capacity; turn -= 1) {
        const oldest = held.shift()
        if (oldest?.used === true && turn > 1) held.push({ ...oldest, used: false })
      }
      held.push({ hash, used: false })
    }
  }

  clear(replica: number): void {
    this.#held[replica]?.splice(0)
  }

  get size(): number {
    return new Set(this.#held.flat().map(({ hash }) => hash)).size
  }
}

// proves C4 (real part)
describe('the prefix index', () => {
  it('tells how much of a prompt each replica was sent', () => {
    const index = new PrefixIndex({ replicas: 40, blocksPerReplica: 100 })
    index.add(prompt('abcd'), 0)
    index.add(prompt('abx'), 1)
    index.add(prompt('abcd'), 39)
    const matches = new Int32Array(40)
    index.match(prompt('abcde'), matches)
    expect([matches[0], matches[1], matches[2], matches[39]]).toEqual([4, 2, 0, 4])
    index.clear(0)
    index.match(prompt('abcde'), matches)
    expect([matches[0], matches[39]]).toEqual([0, 4])
  })

  it('forgets ends before beginnings, and what is used last of all', () => {
    const index = new PrefixIndex({ replicas: 1, blocksPerReplica: 4 })
    const matches = new Int32Array(1)
    index.add(prompt('abc'), 0)
    index.add(prompt('ab'), 0)
    index.add(prompt('xy'), 0)
    index.match(prompt('abc'), matches)
    expect(matches[0]).toBe(2)
    index.match(prompt('xy'), matches)
    expect(matches[0]).toBe(2)
  })

  it('equals a plain model under any sequence of prompts and restarts', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 })
    const step = fc.record({ letters, replica: fc.nat(32), clears: fc.nat(9).map((die) => die === 0) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (steps, capacity) => {
        const replicas = 33
        const index = new PrefixIndex({ replicas, blocksPerReplica: capacity })
        const plain = new PlainIndex(replicas, capacity)
        const matches = new Int32Array(replicas)
        for (const { letters: asked, replica, clears } of steps) {
          const hashes = prompt(asked)
          index.match(hashes, matches)
          expect([...matches]).toEqual(plain.match(pairs(hashes)))
          if (clears) {
            index.clear(replica)
            plain.clear(replica)
          } else {
            index.add(hashes, replica)
            plain.add(pairs(hashes), replica)
          }
          expect(index.size).toBe(plain.size)
        }
      }),
      { numRuns: 400 },
    )
  })
})
