import { describe, expect, it } from 'vitest'
import type { ReportedLoad } from '../contract.ts'
import { limitBySaturation, replicaSaturation, type ReportingReplica } from './saturation.ts'

const replica = (inFlight: number, reported: Partial<ReportedLoad> | null = null): ReportingReplica => ({
  inFlight,
  reported: reported === null ? null : { running: 0, waiting: 0, kvCacheUsage: 0, ageMs: 0, ...reported },
})

describe('saturation', () => {
  it.each([
    ['an engine that tells nothing', replica(500), 0],
    ['nothing to do', replica(0, {}), 0],
    ['requests that wait in the engine', replica(5, { waiting: 5 }), 1],
    ['a KV cache that is half of nearly full', replica(1, { kvCacheUsage: 0.4, running: 1 }), 0.5],
    ['a KV cache that is nearly full', replica(1, { kvCacheUsage: 0.8, running: 1 }), 1],
    ['requests sent since the report that says that some wait', replica(7, { running: 2, waiting: 1 }), 1],
    ['requests sent since a report that says that none wait', replica(400, { running: 2 }), 0],
  ] as const)('of a replica with %s', (_title, state, expected) => {
    expect(replicaSaturation(state)).toBeCloseTo(expected)
  })

  it('believes a late report less and less, so that a scrape that fails neither halts traffic nor holds for ever', () => {
    const reported = [0, 1_000, 3_000, 5_000, 60_000].map((ageMs) => replica(2, { waiting: 10, ageMs }))
    expect(reported.map((state) => replicaSaturation(state))).toEqual([2, 2, 1, 0, 0])
  })

  it.each([
    ['as many as ever where its engine tells nothing', replica(3), 8],
    ['any number where there is no limit', replica(3, { running: 3 }), Infinity],
    ['as many as ever while fewer wait than are too many', replica(3, { running: 3, waiting: 4 }), 8],
    ['one while too many wait in the engine', replica(9, { running: 4, waiting: 5 }), 1],
    ['one while too many wait that others sent', replica(0, { running: 4, waiting: 50 }), 1],
    ['one while its KV cache is nearly full', replica(9, { running: 9, kvCacheUsage: 0.8 }), 1],
    ['one while it is saturated, where there is no limit', replica(9, { waiting: 9 }), 1],
    ['one once those that were sent since the report are too many', replica(9, { running: 4, waiting: 1 }), 1],
    ['as many as ever by a report that is as late as it says much', replica(9, { waiting: 10, ageMs: 3_001 }), 8],
    ['one by a report that is not', replica(9, { waiting: 10, ageMs: 2_999 }), 1],
    ['as many as ever by a report that is too old for anything', replica(9, { waiting: 999, ageMs: 5_000 }), 8],
  ] as const)('allows a replica %s', (_title, state, expected) => {
    expect(limitBySaturation(state, expected === Infinity ? Infinity : 8)).toBe(expected)
  })

  it('never allows more than the limit that the Fleet sets', () => {
    expect([replica(0), replica(0, { waiting: 9 })].map((state) => limitBySaturation(state, 1))).toEqual([1, 1])
  })
})
