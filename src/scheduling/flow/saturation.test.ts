import { describe, expect, it } from 'vitest'
import type { ReplicaState, ReportedLoad } from '../contract.ts'
import { defaultSaturation, modelSaturation, replicaSaturation } from './saturation.ts'

const replica = (
  inFlight: number,
  reported: Partial<ReportedLoad> | null = null,
  isAvailable = true,
): ReplicaState => ({
  name: 'r',
  isAvailable,
  role: 'both',
  weight: 1,
  inFlight,
  pendingPrefillTokens: 0,
  inFlightTokens: 0,
  reported: reported === null ? null : { running: 0, waiting: 0, kvCacheUsage: 0, ageMs: 0, ...reported },
  adapters: new Set(),
})
const settings = { ...defaultSaturation, maxInFlight: 8 }

describe('saturation', () => {
  it.each([
    ['nothing to do', replica(0), 0],
    ['half of its limit', replica(4), 0.5],
    ['its limit', replica(8), 1],
    ['requests that wait in the engine', replica(5, { waiting: 5 }), 1],
    ['a KV cache that is nearly full', replica(1, { kvCacheUsage: 0.8, running: 1 }), 1],
    ['a fresh report of nothing, and its limit in flight', replica(8, { ageMs: 10 }), 1],
    ['requests sent since the report that says that some wait', replica(7, { running: 2, waiting: 1 }), 1],
    ['requests sent since a report that says that none wait', replica(4, { running: 2 }), 0.5],
  ] as const)('of a replica with %s', (_title, state, expected) => {
    expect(replicaSaturation(state, settings)).toBeCloseTo(expected)
  })

  it('believes a late report less and less, so that a scrape that fails neither halts traffic nor holds for ever', () => {
    const at = (ageMs: number) => replicaSaturation(replica(2, { waiting: 10, ageMs }), settings)
    expect([0, 1_000, 3_000, 5_000, 60_000].map(at)).toEqual([2, 2, 1, 0.25, 0.25])
    const unlimited = replicaSaturation(replica(500, { waiting: 10, ageMs: 60_000 }), defaultSaturation)
    expect(unlimited).toBe(0)
  })

  it('of a model is that of its least full replica: one with nothing to do is not held up by the others', () => {
    const busy = replica(8, { waiting: 400 })
    expect(modelSaturation([busy, replica(0)], settings)).toBe(0)
    expect(modelSaturation([busy, replica(0, null, false)], settings)).toBeGreaterThan(1)
    expect(modelSaturation([replica(0, null, false)], settings)).toBe(Infinity)
  })
})
