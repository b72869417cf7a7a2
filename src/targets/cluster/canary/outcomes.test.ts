import { describe, expect, it } from 'vitest'
import type { LoadReport } from '../../../observe/report/index.ts'
import { Outcomes } from './outcomes.ts'

type Report = Pick<LoadReport, 'models'>
/** What a gateway tells of a canary: requests, errors, and streams up to one second and beyond. */
function report(requests: number, errors: number, counts: readonly [number, number]): Report {
  const times = { bounds: [1], counts: [...counts] }
  const variants = [{ variant: 'canary' as const, share: 0.1, requests, errors, ttft: times, tpot: times }]
  return { models: [{ model: 'm', arrivals: 0, ended: 0, tokens: 0, ttft: times, variants }] }
}

describe('what came of a canary’s requests', () => {
  it('is what every gateway counted since it was first asked', () => {
    const outcomes = new Outcomes()
    outcomes.take('a', report(100, 50, [90, 10]))
    outcomes.take('b', report(10, 1, [9, 1]))
    expect(outcomes.of('m', 'canary')).toMatchObject({ requests: 0, errors: 0 })
    outcomes.take('a', report(110, 51, [95, 15]))
    outcomes.take('b', report(13, 1, [12, 1]))
    const times = { bounds: [1], counts: [8, 5] }
    expect(outcomes.of('m', 'canary')).toEqual({ requests: 13, errors: 1, ttft: times, tpot: times })
    expect(outcomes.of('m', 'stable')).toMatchObject({ requests: 0 })
  })

  it('loses nothing when a gateway starts anew, and begins at nothing with each share', () => {
    const outcomes = new Outcomes()
    outcomes.take('a', report(100, 0, [100, 0]))
    outcomes.take('a', report(104, 0, [104, 0]))
    outcomes.take('a', report(3, 1, [2, 0]))
    expect(outcomes.of('m', 'canary')).toMatchObject({ requests: 7, errors: 1, ttft: { counts: [6, 0] } })
    outcomes.begin()
    expect(outcomes.of('m', 'canary')).toMatchObject({ requests: 0, errors: 0 })
    outcomes.take('a', report(5, 1, [4, 0]))
    expect(outcomes.of('m', 'canary')).toMatchObject({ requests: 2, errors: 0, ttft: { counts: [2, 0] } })
  })
})
