import { describe, expect, it } from 'vitest'
import { RetryBudget } from './retry-budget.ts'
import { backoffMs, nextStep, parseRetryAfter, type TryFailure, type TrySituation } from './retry-policy.ts'

const settings = {
  attempts: 3,
  statuses: [429, 502, 503, 504],
  backoff: 100,
  budget: { share: 0.2, perSecond: 10 },
}
const situation: TrySituation = {
  settings,
  tries: 1,
  isWithinBudget: true,
  hasOther: true,
  hasBroken: false,
  hasFallback: false,
  isRepeatable: true,
  random: 0.5,
}
const status = (code: number, retryAfterMs: number | null = null): TryFailure => ({
  kind: 'status',
  status: code,
  retryAfterMs,
})
const alone = { hasOther: false }

describe('what follows a failed try', () => {
  const rows: readonly (readonly [string, TryFailure, Partial<TrySituation>, object])[] = [
    ['no connection', { kind: 'connect' }, {}, { kind: 'elsewhere' }],
    ['no connection, nobody else', { kind: 'connect' }, alone, { kind: 'refuse' }],
    ['no connection, a fallback', { kind: 'connect' }, { ...alone, hasFallback: true }, { kind: 'fallback' }],
    ['a broken connection', { kind: 'reset' }, { hasBroken: true }, { kind: 'elsewhere' }],
    ['a silent replica', { kind: 'silent' }, {}, { kind: 'elsewhere' }],
    [
      'a silent replica that is the only one',
      { kind: 'silent' },
      { hasOther: false, hasBroken: true },
      { kind: 'relay' },
    ],
    [
      'a silent replica where another model may answer',
      { kind: 'silent' },
      { hasOther: false, hasFallback: true },
      { kind: 'fallback' },
    ],
    ['a silent replica without budget', { kind: 'silent' }, { isWithinBudget: false }, { kind: 'relay' }],
    [
      'a broken connection, nobody else',
      { kind: 'reset' },
      { ...alone, hasBroken: true },
      { kind: 'broken', delayMs: 50 },
    ],
    ['a death after the head, nobody else', { kind: 'died' }, alone, { kind: 'refuse' }],
    ['503', status(503), {}, { kind: 'elsewhere' }],
    ['503, nobody else', status(503), alone, { kind: 'refuse' }],
    ['503, nobody else, back in a second', status(503, 1_000), alone, { kind: 'same', delayMs: 1_050 }],
    ['503, tries used up', status(503), { tries: 3 }, { kind: 'refuse' }],
    ['503, tries used up, a fallback', status(503), { tries: 3, hasFallback: true }, { kind: 'fallback' }],
    ['503, budget used up', status(503), { isWithinBudget: false }, { kind: 'refuse' }],
    ['503 to a form that flowed through', status(503), { isRepeatable: false, hasFallback: true }, { kind: 'refuse' }],
    ['500: any engine would repeat it', status(500), {}, { kind: 'refuse' }],
    ['429', status(429), {}, { kind: 'elsewhere' }],
    ['429, nobody else: the client hears it', status(429), alone, { kind: 'relay' }],
    ['429, nobody else, soon', status(429, 500), alone, { kind: 'same', delayMs: 550 }],
    ['429, nobody else, much later: the client hears when', status(429, 60_000), alone, { kind: 'relay' }],
    ['429, budget used up', status(429), { isWithinBudget: false }, { kind: 'relay' }],
    [
      '429 that is not among the statuses',
      status(429),
      { settings: { ...settings, statuses: [503] } },
      { kind: 'relay' },
    ],
  ]
  it.each(rows)('%s', (_title, failure, changed, step) => {
    expect(nextStep(failure, { ...situation, ...changed })).toEqual(step)
  })

  it('waits longer each time, never for ever', () => {
    expect([1, 2, 3, 20].map((tries) => backoffMs(100, tries, 1))).toEqual([100, 200, 400, 2_000])
    expect(backoffMs(100, 3, 0)).toBe(0)
  })

  it.each([
    ['2', 2_000],
    ['0', 0],
    ['Thu, 01 Jan 1970 00:00:09 GMT', 4_000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('reads Retry-After %j', (value, milliseconds) => {
    expect(parseRetryAfter(value, 5_000)).toBe(milliseconds)
  })
})

describe('the retry budget', () => {
  it('allows a share of the last ten seconds’ requests beside a floor, and forgets', () => {
    let now = 0
    const budget = new RetryBudget({ share: 0.2, perSecond: 1 }, () => now)
    for (let count = 0; count < 100; count += 1) budget.noteRequest()
    let retries = 0
    const spend = () => {
      for (; budget.isLeft && retries < 1_000; retries += 1) budget.noteRetry()
      return retries
    }
    expect(spend()).toBe(30)
    now += 9_000
    expect(spend()).toBe(30)
    now += 2_000
    expect(spend()).toBe(40)
    now += 100_000
    expect(spend()).toBe(50)
  })

  it('of nothing allows nothing', () => {
    const budget = new RetryBudget({ share: 0, perSecond: 0 }, () => 0)
    budget.noteRequest()
    expect(budget.isLeft).toBe(false)
  })
})
