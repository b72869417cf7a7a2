import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventQueue } from './event-queue.ts'
import { randomFrom } from '../../engines/index.ts'

describe('EventQueue', () => {
  it('gives events by time, and those of one time in their order, or runs of one seed would differ', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const queue = new EventQueue<number>()
        times.forEach((atMs, place) => queue.put(atMs, place))
        const taken = times.map(() => ({ what: queue.take(), atMs: queue.nowMs }))
        const sorted = times
          .map((atMs, what) => ({ what, atMs }))
          .toSorted((a, b) => a.atMs - b.atMs || a.what - b.what)
        expect(taken).toEqual(sorted)
        expect([queue.take(), queue.size]).toEqual([undefined, 0])
      }),
    )
  })
})

const draw = (seed: number) => Array.from({ length: 10_000 }, randomFrom(seed))

describe('randomFrom', () => {
  it('is the same for a seed, and spread evenly', () => {
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    const tenths = Array.from({ length: 10 }, () => 0)
    for (const number of draw(1)) tenths[Math.floor(number * 10)] = (tenths[Math.floor(number * 10)] ?? 0) + 1
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
