import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foreignLoad, RequestSizes } from './index.ts'

const counts = fc.record({ running: fc.nat(2_000), waiting: fc.nat(2_000) })

describe('what others have on a replica', () => {
  it.each([
    ['nobody else is there', 3, 0, 3, 0, 0],
    ['somebody else has all', 4, 2, 0, 6, 2],
    ['of those that wait, as large a share as of all is others’', 6, 6, 3, 9, 4.5],
    ['the engine has not begun to count what was just sent', 1, 0, 5, 0, 0],
    ['nothing is there', 0, 0, 0, 0, 0],
  ])('%s', (_what, running, waiting, own, requests, foreignWaiting) => {
    expect(foreignLoad({ running, waiting }, own)).toEqual({ requests, waiting: foreignWaiting })
  })

  it('is never negative, and with what is own as much as the engine counts at the least', () => {
    fc.assert(
      fc.property(counts, fc.nat(4_000), (told, own) => {
        const { requests, waiting } = foreignLoad(told, own)
        expect(requests).toBeGreaterThanOrEqual(0)
        expect(waiting).toBeGreaterThanOrEqual(0)
        expect(waiting).toBeLessThanOrEqual(Math.min(told.waiting, requests))
        expect(requests + own).toBe(Math.max(own, told.running + told.waiting))
      }),
    )
  })

  it('is what they have, whatever is own', () => {
    fc.assert(
      fc.property(counts, fc.nat(4_000), ({ running, waiting }, own) => {
        expect(foreignLoad({ running: running + own, waiting }, own).requests).toBe(running + waiting)
      }),
    )
  })
})

describe('the mean sizes of requests', () => {
  it('are those of the first, then follow', () => {
    const sizes = new RequestSizes()
    expect([sizes.tokens, sizes.uncachedTokens]).toEqual([256, 0])
    sizes.sent(1_000, 400, 200)
    expect([sizes.tokens, sizes.uncachedTokens]).toEqual([1_200, 400])
    for (let count = 0; count < 200; count += 1) sizes.sent(100, 0, 20)
    expect(sizes.tokens).toBeCloseTo(120, 0)
    expect(sizes.uncachedTokens).toBeCloseTo(0, 0)
  })
})
