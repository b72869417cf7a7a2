import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Histogram } from '../../../observe/report/index.ts'
import { atLeast } from './binomial.ts'
import { judgeCanary, type VariantOutcome, type WatchedCanary } from './judge.ts'

const bounds = Array.from({ length: 53 }, (_, step) => 0.001 * 1.25 ** step)
function histogram(values: readonly number[]): Histogram {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0)
  for (const value of values) {
    const index = bounds.findIndex((bound) => value <= bound)
    const at = index < 0 ? bounds.length : index
    counts[at] = (counts[at] ?? 0) + 1
  }
  return { bounds, counts }
}
/** Times spread about a middle as prompts of many lengths make them: from half of it to five times as long. */
const times = (count: number, middle: number) =>
  Array.from({ length: count }, (_, index) => {
    const place = (index + 0.5) / count
    return middle * (place < 0.5 ? 0.5 + place : 1 + (place - 0.5) * 8)
  })

interface Given {
  readonly requests?: number
  readonly errors?: number
  readonly ttft?: number
  readonly tpot?: number
}
const outcome = ({ requests = 200, errors = 0, ttft = 0.2, tpot = 0.02 }: Given): VariantOutcome => ({
  requests,
  errors,
  ttft: histogram(times(requests - errors, ttft)),
  tpot: histogram(times(requests - errors, tpot)),
})
const judge = (stable: Given, canary: Given, more: Partial<WatchedCanary> = {}) =>
  judgeCanary(
    {
      stable: outcome(stable),
      canary: outcome(canary),
      watchedMs: 60_000,
      stepMs: 60_000,
      fewestRequests: 20,
      unreadyMs: 0,
      ...more,
    },
    { moreErrors: 0.02, slower: 0.5 },
  )

// proves B7 (simulated)
describe('a canary is judged', () => {
  it.each<[string, 'pass' | 'watch' | 'abort', RegExp, Given, Given, Partial<WatchedCanary>?]>([
    ['as the stable one', 'pass', /no worse/, {}, { requests: 40 }],
    ['too early', 'watch', /no worse/, {}, { requests: 40 }, { watchedMs: 59_000 }],
    ['on too few requests', 'watch', /20 are needed/, {}, { requests: 19 }],
    ['without any', 'watch', /^0 requests, 0% failed; 20 are needed/, {}, { requests: 0 }],
    ['by one failure of twenty, which may be chance', 'pass', /5% failed/, {}, { requests: 20, errors: 1 }],
    ['by failures only', 'abort', /^5 of 5 requests to the canary failed \(100%\)/, {}, { requests: 5, errors: 5 }],
    ['at once', 'abort', /failed/, {}, { requests: 8, errors: 6 }, { watchedMs: 0 }],
    ['not by four requests', 'watch', /needed/, {}, { requests: 4, errors: 4 }],
    ['by many', 'abort', /5%.*0% of the stable.*2% more are allowed/, {}, { requests: 400, errors: 20 }],
    ['where both fail alike', 'pass', /10% failed/, { errors: 20 }, { requests: 100, errors: 10 }],
    ['a little slower, as is allowed', 'pass', /no worse/, {}, { requests: 60, ttft: 0.28, tpot: 0.028 }],
    ['slow to begin', 'abort', /streams took longer than .* for first token/, {}, { requests: 40, ttft: 0.6 }],
    ['slow to go on', 'abort', /for each further token/, {}, { requests: 40, tpot: 0.06 }],
    ['slow where nothing is to compare with', 'pass', /no worse/, { requests: 4 }, { requests: 40, ttft: 9 }],
    ['quicker', 'pass', /no worse/, {}, { requests: 40, ttft: 0.01, tpot: 0.001 }],
    ['while it is gone', 'abort', /no replica of the canary has been ready for 31 s/, {}, {}, { unreadyMs: 31_000 }],
    ['while it starts anew', 'pass', /no worse/, {}, {}, { unreadyMs: 29_000 }],
  ])('%s: %s', (_title, verdict, reason, stable, canary, more) => {
    const judged = judge(stable, canary, more)
    expect(judged).toMatchObject({ verdict })
    expect(judged.reason).toMatch(reason)
  })

  it('the worse it is, the sooner it is taken back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 300 }), fc.nat(), (requests, some) => {
        const errors = some % requests
        const isAborted = (count: number) => judge({}, { requests, errors: count }).verdict === 'abort'
        expect(isAborted(errors) && !isAborted(errors + 1)).toBe(false)
      }),
    )
  })
})

describe('the tail of a binomial distribution', () => {
  // Sums of exact fractions.
  it.each([
    [1, 1, 0.02, 0.02],
    [3, 3, 0.02, 8e-6],
    [10, 20, 0.5, 0.588098526],
    [15, 20, 0.5, 0.0206947327],
    [20, 400, 0.02, 0.00021170133],
    [600, 1000, 0.5, 1.36423206e-10],
    [0, 10, 0.5, 1],
    [11, 10, 0.5, 0],
    [1, 10, 0, 0],
    [10, 10, 1, 1],
  ])('%d or more of %d at %d', (k, n, p, expected) => {
    expect(Math.abs(atLeast(k, n, p) - expected)).toBeLessThanOrEqual(expected / 1_000)
  })
})
