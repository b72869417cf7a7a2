import { describe, expect, it } from 'vitest'
import { loadReportSchema } from '../../observe/report/index.ts'
import { LoadMeter } from './load-meter.ts'

const pool = {
  model: 'm',
  role: 'both' as const,
  settings: {
    min: 1,
    max: 10,
    queuePerReplica: 4,
    requestsPerReplica: 8,
    tokensPerReplica: null,
    kvCacheUse: 0.85,
    ttftMs: 1_000,
    upAfterMs: 30_000,
    downAfterMs: 300_000,
    toZeroAfterMs: 900_000,
    gpusPerReplica: 0,
    staleAfterMs: 15_000,
  },
}
/** @param quick answers whose first token came within 100 ms since the start, `slow` those that took 10 s */
const reading = (quick: number, slow: number) => ({
  gateway: 'g',
  report: loadReportSchema.parse({
    version: 1,
    gatewayVersion: '0',
    fleet: 'f',
    draining: false,
    replicas: [],
    models: [
      {
        model: 'm',
        arrivals: quick + slow,
        ended: 0,
        tokens: 0,
        ttft: { bounds: [0.1, 10], counts: [quick, slow, 0] },
      },
    ],
  }),
})

describe('the load of a pool', () => {
  it('tells the times to first token of the last half minute, also where the time of day is set back', () => {
    const meter = new LoadMeter()
    const ttftAt = (nowMs: number, quick: number, slow: number) =>
      meter.read([pool], [reading(quick, slow)], nowMs)[0]?.ttftMs ?? null
    ttftAt(3_600_000, 0, 0)
    expect(ttftAt(3_602_000, 0, 100)).toBeGreaterThan(1_000)
    for (let round = 0; round <= 20; round += 1) ttftAt(round * 2_000, round, 100)
    expect(ttftAt(42_000, 21, 100)).toBeLessThanOrEqual(100)
  })
})
