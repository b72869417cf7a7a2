import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteRanges } from './byte-ranges.ts'

const size = 60
const range = fc.tuple(fc.nat(size), fc.nat(size)).map(([one, other]) => ({
  start: Math.min(one, other),
  end: Math.max(one, other),
}))

describe('ByteRanges', () => {
  it('knows exactly which bytes are there, in whatever order they came: a wrong answer is a hole in a model', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (added, pieceBytes) => {
        const there = new Set<number>()
        for (const { start, end } of added) for (let byte = start; byte < end; byte += 1) there.add(byte)
        const ranges = new ByteRanges(added)
        const missing = ranges.missing(size, pieceBytes)
        const listed = missing.flatMap(({ start, end }) =>
          Array.from({ length: end - start }, (_, index) => start + index),
        )
        let prefix = 0
        while (there.has(prefix)) prefix += 1
        expect(listed).toEqual(Array.from({ length: size }, (_, byte) => byte).filter((byte) => !there.has(byte)))
        expect(missing.every(({ start, end }) => end > start && end - start <= pieceBytes)).toBe(true)
        expect(ranges.total).toBe(there.size)
        expect(ranges.prefix).toBe(prefix)
      }),
    )
  })
})
