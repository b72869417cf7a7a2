import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyBuffer } from './body-buffer.ts'
import { BodyMemory } from './body-memory.ts'

describe('a body that arrives', () => {
  it('is joined in order, whatever the sizes of its pieces and whatever length was declared', () => {
    const sizes = fc.array(fc.oneof(fc.nat(10), fc.nat(10_000), fc.nat(100_000)), { maxLength: 30 })
    fc.assert(
      fc.property(sizes, fc.constantFrom(0, 100, 100_000, 2 ** 40), (given, declared) => {
        const pieces = given.map((size, index) => Buffer.alloc(size, index + 1))
        const body = new BodyBuffer(declared)
        // As from a socket: the same memory for every read.
        const read = Buffer.alloc(100_000)
        for (const piece of pieces) {
          piece.copy(read)
          body.add(read.subarray(0, piece.length))
        }
        expect(body.whole().equals(Buffer.concat(pieces))).toBe(true)
        body.memory.release()
      }),
      { numRuns: 100 },
    )
  })

  it('takes little more memory than its bytes, in however small pieces and whatever is declared', () => {
    const before = process.memoryUsage()
    const body = new BodyBuffer(2 ** 40)
    const total = 1_000_000
    for (let index = 0; index < total; index += 1) body.add(Buffer.from('x'))
    const after = process.memoryUsage()
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
    expect(grown).toBeLessThan(100 * total)
    expect(body.memory.bytes.length).toBeLessThan(8 * total)
    expect(body.whole().length).toBe(total)
  })

  it('is let go of', () => {
    const body = new BodyBuffer(0)
    for (const piece of ['a', 'b', 'c']) body.add(Buffer.from(piece))
    body.clear()
    expect(body.whole().length).toBe(0)
  })
})

describe('the memory of a body', () => {
  it('is used again once all who hold it have let go, and not before', () => {
    const memory = new BodyMemory(50_000)
    const { buffer } = memory.bytes
    memory.hold()
    memory.release()
    const other = new BodyMemory(50_000)
    expect(other.bytes.buffer).not.toBe(buffer)
    memory.release()
    expect(new BodyMemory(40_000).bytes.buffer).toBe(buffer)
    expect(new BodyMemory(40_000).bytes.buffer).not.toBe(buffer)
    other.release()
  })

  it('shows nothing to who has let go, and is not let go twice: its bytes are somebody else’s by then', () => {
    const memory = new BodyMemory(50_000)
    memory.release()
    expect(memory.bytes.length).toBe(0)
    expect(() => memory.release()).toThrow('once too often')
    expect(() => memory.hold()).toThrow('held again')
  })

  it('takes one head before the body, which a second one would write over while it is on its way', () => {
    const memory = new BodyMemory(1_500)
    const body = memory.bytes.subarray(0, 1_500).fill('b')
    expect(memory.withHead('h'.repeat(3_000), body)).toBeNull()
    expect(memory.withHead('head', Buffer.from(body))).toBeNull()
    expect(memory.withHead('head', body.subarray(1))).toBeNull()
    expect(memory.withHead('head', body)?.toString()).toBe(`head${'b'.repeat(1_500)}`)
    expect(memory.withHead('head', body)).toBeNull()
  })

  it('keeps a bounded amount for later', () => {
    const size = 4 * 1024 * 1024
    const taken = Array.from({ length: 20 }, () => new BodyMemory(size))
    const slabs = new Set(taken.map(({ bytes }) => bytes.buffer))
    for (const memory of taken) memory.release()
    const again = Array.from({ length: 20 }, () => new BodyMemory(size))
    expect(again.filter(({ bytes }) => slabs.has(bytes.buffer)).length).toBeLessThanOrEqual(8)
  })
})
