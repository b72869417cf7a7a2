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
const long = (letter: string): BlockHashes => hashesOf(letter.repeat(100 * blockBytes))
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
  readonly #extentOf: (blocks: number) => number
  readonly #held: { hash: string; extent: number; used: boolean }[][]
  readonly #bounds: number[]

  constructor(replicas: number, capacity: number, extentOf: (blocks: number) => number) {
    this.#capacity = capacity
    this.#extentOf = extentOf
    this.#held = Array.from({ length: replicas }, () => [])
    this.#bounds = this.#held.map(() => Infinity)
  }

  bound(replica: number, extent: number): void {
    this.#bounds[replica] = extent
    while (this.extentAt(replica) > extent) this.#evict(replica)
  }

  extentAt(replica: number): number {
    return (this.#held[replica] ?? []).reduce((sum, { extent }) => sum + extent, 0)
  }

  heldBy(replica: number): number {
    return this.#held[replica]?.length ?? 0
  }

  /** The oldest that was not used leaves, else the oldest. */
  #evict(replica: number): void {
    const held = this.#held[replica] ?? []
    const unused = held.findIndex(({ used }) => !used)
    if (unused < 0) {
      for (const one of held) one.used = false
      held.shift()
      return
    }
    const passed = held.splice(0, unused + 1).slice(0, unused)
    for (const one of passed) one.used = false
    held.push(...passed)
  }

  match(hashes: readonly string[]): number[] {
    return this.#held.map((held) => {
      const missing = hashes.findIndex((hash) => !held.some((one) => one.hash === hash))
      return missing < 0 ? hashes.length : missing
    })
  }

  add(hashes: readonly string[], replica: number): void {
    const held = this.#held[replica] ?? []
    const bound = this.#bounds[replica] ?? Infinity
    const kept = hashes
      .map((hash, block) => ({ hash, extent: this.#extentOf(block + 1) - this.#extentOf(block), used: false }))
      .filter((_, block) => block < this.#capacity && this.#extentOf(block + 1) <= bound)
    for (const block of kept.toReversed()) {
      const known = held.find(({ hash }) => hash === block.hash)
      if (known !== undefined) {
        known.used = true
        continue
      }
      while (held.length === this.#capacity || this.extentAt(replica) + block.extent > bound) this.#evict(replica)
      held.push(block)
    }
  }

  clear(replica: number): void {
    this.#held[replica]?.splice(0)
  }

  get size(): number {
    return new Set(this.#held.flat().map(({ hash }) => hash)).size
  }
}

/** The third block and those behind are three times as much. */
const coarseFromThird = (blocks: number): number => (blocks <= 2 ? blocks : 2 + 3 * (blocks - 2))

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

  it('forgets the oldest where all were used', () => {
    const index = new PrefixIndex({ replicas: 1, blocksPerReplica: 3 })
    const matches = new Int32Array(1)
    for (const letters of ['a', 'b', 'c', 'a', 'b', 'c', 'd']) index.add(prompt(letters), 0)
    const held = ['a', 'b', 'c', 'd'].map((letters) => {
      index.match(prompt(letters), matches)
      return matches[0]
    })
    expect(held).toEqual([0, 1, 1, 1])
  })

  it('forgets the oldest when a cache turns out to be smaller, and holds more again when it grows', () => {
    const index = new PrefixIndex({ replicas: 2, blocksPerReplica: 8 })
    const matches = new Int32Array(2)
    const heldOf = (letters: string) => {
      index.match(prompt(letters), matches)
      return matches[0]
    }
    for (const letters of ['ab', 'cd', 'ef']) index.add(prompt(letters), 0)
    index.add(prompt('ab'), 1)
    index.bound(0, 4)
    expect([heldOf('ab'), heldOf('cd'), heldOf('ef')]).toEqual([0, 2, 2])
    index.match(prompt('ab'), matches)
    expect(matches[1]).toBe(2)
    index.add(prompt('gh'), 0)
    expect([heldOf('cd'), heldOf('ef'), heldOf('gh')]).toEqual([0, 2, 2])
    // What is longer than the cache is held as far as it goes.
    index.add(prompt('klmnop'), 0)
    expect([heldOf('gh'), heldOf('klmnop'), index.heldBy(0)]).toEqual([0, 4, 4])
    index.bound(0, Infinity)
    index.add(prompt('ab'), 0)
    expect([heldOf('klmnop'), heldOf('ab')]).toEqual([4, 2])
    index.bound(0, 0)
    expect([index.heldBy(0), index.heldBy(1), index.size]).toEqual([0, 2, 2])
  })

  it('counts blocks by how much of a prompt they are', () => {
    const index = new PrefixIndex({ replicas: 1, blocksPerReplica: 100, extentOf: blocksOf })
    const matches = new Int32Array(1)
    index.bound(0, 40)
    index.add(long('a'), 0)
    index.match(long('a'), matches)
    expect([matches[0], blocksOf(matches[0] ?? 0)]).toEqual([22, 40])
    index.add(long('b'), 0)
    expect(index.heldBy(0)).toBe(22)
    index.match(long('a'), matches)
    expect(matches[0]).toBe(0)
  })

  it('equals a plain model under any sequence of prompts, restarts, sizes of caches and moves to another index', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 })
    const step = fc.record({
      letters,
      // Some replicas get much.
      replica: fc.oneof(fc.nat(1), fc.nat(32)),
      kind: fc.constantFrom(...Array<'send'>(8).fill('send'), 'clear' as const, 'bound' as const, 'move' as const),
      bound: fc.oneof(fc.nat(14), fc.constant(Infinity)),
    })
    const extentOf = fc.constantFrom((blocks: number) => blocks, coarseFromThird)
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        extentOf,
        (steps, capacity, extents) => {
          const replicas = 33
          const size = { replicas, blocksPerReplica: capacity, extentOf: extents }
          let index = new PrefixIndex(size)
          const plain = new PlainIndex(replicas, capacity, extents)
          const matches = new Int32Array(replicas)
          for (const { letters: asked, replica, kind, bound } of steps) {
            const hashes = prompt(asked)
            index.match(hashes, matches)
            expect([...matches]).toEqual(plain.match(pairs(hashes)))
            if (kind === 'bound') {
              index.bound(replica, bound)
              plain.bound(replica, bound)
            } else if (kind === 'move') {
              const before = index
              index = new PrefixIndex(size)
              for (let each = 0; each < replicas; each += 1) index.takeOver(each, before, each)
            } else if (kind === 'clear') {
              index.clear(replica)
              plain.clear(replica)
            } else {
              index.add(hashes, replica)
              plain.add(pairs(hashes), replica)
            }
            expect([index.size, index.heldBy(replica)]).toEqual([plain.size, plain.heldBy(replica)])
          }
        },
      ),
      { numRuns: 600 },
    )
  })
})
