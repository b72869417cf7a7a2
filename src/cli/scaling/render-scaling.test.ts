import { describe, expect, it } from 'vitest'
import type { PoolScaling } from '../../operate/scaling/index.ts'
import { explainedOf, toldOf } from '../../targets/index.ts'
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
      {
        fleet: 'lab',
        target: 'local',
        pools: [pool],
        others: [{ model: 'small', role: 'both', reason: 'fixed' }],
        problem: null,
      },
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

  // proves B11 (real part)
  it('is told of a cluster by what the status of the Fleet has, with who scales the others and how to look', () => {
    const told = explainedOf(toldOf(pool))
    const at = { model: 'b', role: 'both' } as const
    const range = { min: 0, max: 3 }
    const lines = renderScaling(
      {
        fleet: 'lab',
        target: 'kserve',
        pools: [told],
        others: [
          {
            ...at,
            by: { kind: 'object', title: 'HorizontalPodAutoscaler lab-b', command: 'kubectl describe hpa lab-b' },
          },
          { ...at, by: { kind: 'platform', command: 'kubectl describe hpa lab-b-predictor' } },
          { ...at, by: { kind: 'controller', range, command: 'kubectl describe fleet lab' } },
          { ...at, by: { kind: 'no_controller', range, replicas: 1 } },
          { ...at, by: { kind: 'nobody' } },
        ],
        problem: '1 of 2 gateways tell their load.',
      },
      createPaint(false),
      101_000,
    )
    expect(lines).toEqual([
      'llama (decode)  decided 1.0 s ago',
      '  Wanted      2 of 1 to 4: enough, and not too many',
      '  Running     1 ready, 1 starting',
      '  Asked for   4 replicas by queue: 14 wait, 4 a replica add one',
      '  4 became 2  4 → 2: the need has not lasted for upAfter, 30.0 s',
      '  Changes     1 min 01 s ago: 1 → 2, requests wait',
      '',
      '1 of 2 gateways tell their load.',
      '',
      'b is not scaled by Fairlead: HorizontalPodAutoscaler lab-b does it.',
      '  type  kubectl describe hpa lab-b',
      'b is not scaled by Fairlead. KServe scales its services itself, by the settings that were rendered for it.',
      '  type  kubectl describe hpa lab-b-predictor',
      'b is to have 0 to 3 replicas, and the controller has told no decision yet.',
      '  type  kubectl describe fleet lab',
      'b stays at 1 replica: 0 to 3 by its load takes a controller, and Fleet lab was applied without one.',
      '  type  fairlead controller manifests',
      'b is not scaled: there is no autoscaler for it.',
    ])
  })
})
