import { describe, expect, it } from 'vitest'
import type { LoadReport } from '../observe/report/index.ts'
import { fleetLoadOf, replicaLoadOf } from './fleet-load.ts'

const entry = (more: Partial<LoadReport['replicas'][number]>): LoadReport['replicas'][number] => ({
  id: 'a',
  model: 'm',
  engine: 'vllm',
  address: 'http://10.0.0.7:8000',
  phase: 'serving',
  ready: true,
  inFlight: 0,
  tokensInFlight: 0,
  pendingPrefillTokens: 0,
  requests: 1,
  tokensPerSecond: 0,
  lastError: null,
  role: 'both',
  reported: null,
  ...more,
})

describe('the load of a replica', () => {
  it('is what all gateways send it, and what its engine told any of them', () => {
    const reported = { running: 4, waiting: 2, kvCacheUsage: 0.5 }
    expect(
      replicaLoadOf([
        entry({ inFlight: 2, tokensPerSecond: 10 }),
        entry({ inFlight: 3, tokensPerSecond: 5.5, reported }),
        entry({ reported }),
      ]),
    ).toEqual({ inFlight: 5, tokensPerSecond: 15.5, waiting: 2, kvCacheUse: 0.5 })
  })

  it('has no zero where nobody told anything', () => {
    expect(replicaLoadOf([])).toEqual({ inFlight: null, tokensPerSecond: null })
    const reported = { running: null, waiting: null, kvCacheUsage: null }
    expect(replicaLoadOf([entry({ reported })])).toEqual({ inFlight: 0, tokensPerSecond: 0 })
  })
})

const report = (length: number, counts: readonly number[]) => ({
  queues: [{ model: 'm', length, tokens: 0, oldestMs: 0, drainPerSecond: null, priorities: [] }],
  models: [{ model: 'm', arrivals: 0, ended: 0, tokens: 0, ttft: { bounds: [1, 2], counts }, variants: [] }],
})

describe('the load of a Fleet', () => {
  it('adds queues and times to first token of all gateways', () => {
    expect(fleetLoadOf([report(2, [0, 1, 0]), report(3, [0, 3, 0])], 'lab-gateway-c cannot be reached')).toEqual({
      models: [{ model: 'm', queued: 5, ttftSeconds: 1.5, ttft: { bounds: [1, 2], counts: [0, 4, 0] } }],
      missing: 'lab-gateway-c cannot be reached',
    })
  })

  it('tells no time before the first stream', () => {
    expect(fleetLoadOf([report(0, [0, 0, 0])], null).models).toMatchObject([{ queued: 0, ttftSeconds: null }])
  })
})
