import { describe, expect, it } from 'vitest'
import { DrainRate } from './drain-rate.ts'
import { retryAfterSeconds } from './retry-after.ts'

// proves C6 (real part)
describe('Retry-After', () => {
  it.each([
    ['the time that those who wait take', 100, 10, 0, 10],
    ['up to half as much again, so that clients do not come together', 100, 10, 0.999, 15],
    ['at least a second', 1, 1_000, 0, 1],
    ['at most a minute', 1_000_000, 1, 0.999, 60],
    ['spread when it is the longest, too', 1_000_000, 1, 0, 40],
    ['two seconds where nothing has left yet', 1_000, null, 0, 2],
  ] as const)('is %s', (_title, waiting, drainPerSecond, random, seconds) => {
    expect(retryAfterSeconds({ waiting, drainPerSecond, random })).toBe(seconds)
  })
})

describe('the drain rate', () => {
  it('is that of the last half minute, so that yesterday’s says nothing of today', () => {
    const rate = new DrainRate()
    expect(rate.perSecond(5_000)).toBeNull()
    for (let at = 10_000; at < 20_000; at += 100) rate.note(at)
    expect(rate.perSecond(20_000)).toBeCloseTo(10)
    expect(rate.perSecond(39_000)).toBeCloseTo(100 / 29)
    expect(rate.perSecond(60_000)).toBeNull()
    rate.note(100_000)
    expect(rate.perSecond(100_000)).toBe(1)
  })

  it('is the same whether or not it was looked at while nobody came', () => {
    const rate = new DrainRate()
    rate.note(0)
    for (let at = 1_000; at < 100_000; at += 1_000) rate.perSecond(at)
    for (let at = 100_000; at < 101_000; at += 100) rate.note(at)
    expect(rate.perSecond(101_000)).toBe(10)
  })
})
