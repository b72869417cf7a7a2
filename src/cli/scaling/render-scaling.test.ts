import { describe, expect, it } from 'vitest'
import type { PoolScaling } from '../../operate/index.ts'
import { createPaint } from '../console/index.ts'
import { renderScaling } from './index.ts'

const pool: PoolScaling = {
  model: 'llama',
  role: 'decode',
  min: 1,
  max: 4,
  upAfterMs: 30_000,
  downAfterMs: 300_000,
  toZeroAfterMs: 900_000,
  decision: {
    atMs: 100_000,
    wanted: 2,
    current: 2,
    asked: 4,
    reason: 'steady',
    signals: [
      { name: 'queue', value: 14, target: 4, replicas: 4 },
      { name: 'ttft', value: 2_500, target: 1_000, replicas: 2, ignored: 'replicas_start' },
    ],
    limits: [{ name: 'up_window', from: 4, to: 2 }],
    load: {
      atMs: 100_000,
      isComplete: true,
      waiting: 14,
      inFlight: 16,
      arrivalsPerSecond: 3.25,
      tokensInFlight: null,
      ttftMs: 2_500,
      kvCacheUse: 0.42,
    },
    replicas: { ready: 1, starting: 1, draining: 0 },
  },
  changes: [{ atMs: 40_000, from: 1, to: 2, reason: 'queue' }],
  totals: { queue: 1 },
}

describe('why a model has as many replicas as it has', () => {
  it('is told with every figure, what held it back, and what changed', () => {
    const lines = renderScaling(
      { fleet: 'lab', pools: [pool], others: [{ model: 'small', role: 'both', reason: 'fixed' }] },
      createPaint(false),
      101_000,
    )
    expect(lines).toEqual([
      'llama (decode)  decided 1.0 s ago',
      '  Wanted      2 of 1 to 4: enough, and not too many',
      '  Running     1 ready, 1 starting',
      '  Seen        14 waiting, 16 in flight, 3.3 requests/s, TTFT 2.5 s, KV cache 42 %',
      '  Asked for   4 replicas by queue: 14 wait, 4 a replica add one',
      '              2 replicas by TTFT: 2.5 s at the median, 1.0 s is asked for; not more, while replicas start',
      '  4 became 2  4 → 2: the need has not lasted for upAfter, 30.0 s',
      '  Changes     1 min 01 s ago: 1 → 2, requests wait',
      '',
      'small is not scaled: its replicas are a fixed number; write minReplicas and maxReplicas in place of it.',
    ])
  })
})
