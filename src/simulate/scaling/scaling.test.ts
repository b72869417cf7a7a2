import { describe, expect, it } from 'vitest'
import type { ScalingSettings } from '../../scheduling/index.ts'
import type { SimulationResult, WorkloadRequest } from '../contract.ts'
import { simulate } from '../simulate.ts'
import { engineWith, requestOf, simulationOf } from '../testing/simulations.ts'

const settings: ScalingSettings = {
  min: 1,
  max: 4,
  queuePerReplica: 2,
  requestsPerReplica: 4,
  tokensPerReplica: null,
  kvCacheUse: 0.85,
  ttftMs: null,
  upAfterMs: 5_000,
  downAfterMs: 20_000,
  toZeroAfterMs: 30_000,
  gpusPerReplica: 0,
  staleAfterMs: Infinity,
}
const flow = { maxInFlight: 4, maxQueue: 10_000, maxWaitMs: Infinity }
const engine = engineWith({ weightsMs: 20 })

/** Requests at these times, seconds, all alike and without a common word. */
const requestsAt = (times: readonly number[]): readonly WorkloadRequest[] =>
  times.map((seconds, place) => requestOf({ atMs: seconds * 1000, outputTokens: 50, blocks: [place] }))
const steadily = (from: number, to: number, perSecond: number) =>
  Array.from({ length: (to - from) * perSecond }, (_, index) => from + index / perSecond)

function run(
  times: readonly number[],
  changed: Partial<ScalingSettings> = {},
  policy = 'least-request',
): SimulationResult {
  return simulate(
    simulationOf(requestsAt(times), {
      engine,
      flow,
      policy,
      replicas: 4,
      autoscale: { settings: { ...settings, ...changed }, startMs: 10_000, intervalMs: 1_000 },
    }),
  )
}
const endedAll = ({ ttftMs, requests, rejected, flow: figures }: SimulationResult) => {
  expect(rejected).toBe(0)
  expect(figures?.priorities.reduce((sum, { refused }) => sum + refused.queue_full + refused.queue_timeout, 0)).toBe(0)
  expect(ttftMs.p99).toBeGreaterThan(0)
  return requests
}

// proves F3 (simulated)
describe('simulated replicas that follow their load', () => {
  it('come while requests wait, go when they are spare, and lose no request', () => {
    const result = run([...steadily(0, 60, 1), ...steadily(60, 180, 8), ...steadily(180, 400, 1)])
    expect(endedAll(result)).toBe(60 + 960 + 220)
    const { scaling } = result
    expect(scaling?.timeline[0]).toEqual({ atMs: 0, wanted: 1, ready: 1, others: 0 })
    expect(scaling?.mostReplicas).toBeGreaterThan(1)
    expect(scaling?.timeline.at(-1)?.ready).toBe(1)
    expect(scaling?.changes['queue']).toBeGreaterThan(0)
    expect(scaling?.changes['spare']).toBeGreaterThan(0)
    // Each that comes holds its GPU while it starts.
    expect(scaling?.timeline.some(({ others }) => others > 0)).toBe(true)
    expect(scaling?.replicaHours).toBeCloseTo(((scaling?.meanReplicas ?? 0) * result.simulatedSeconds) / 3600, 6)
    expect(scaling?.meanReplicas).toBeLessThan(4)
  })

  it('start from zero after their start time, and go back to it', () => {
    const result = run([100, 200.5], { min: 0 })
    expect(endedAll(result)).toBe(2)
    expect(result.scaling?.changes).toMatchObject({ wake: 2, idle: 1 })
    // The first waits for a decision and the start; so does the second, since the replica has gone meanwhile.
    expect(result.ttftMs.p50).toBeGreaterThan(10_000)
    expect(result.ttftMs.p99).toBeLessThan(12_000)
  })

  it('serve as a fixed fleet does where the range has one number', () => {
    const times = steadily(0, 60, 4)
    const scaled = run(times, { min: 4 })
    const fixed = simulate(simulationOf(requestsAt(times), { engine, flow, policy: 'least-request', replicas: 4 }))
    expect(scaled.ttftMs).toEqual(fixed.ttftMs)
    expect(scaled.scaling?.meanReplicas).toBe(4)
    expect(scaled.scaling?.changes).toEqual({})
  })

  it.each(['default', 'prefix-exact', 'round-robin', 'consistent-hash'])('come and go with policy %s too', (policy) => {
    const result = run([...steadily(0, 90, 8), ...steadily(90, 300, 1)], {}, policy)
    expect(endedAll(result)).toBe(720 + 210)
    expect(result.scaling?.mostReplicas).toBeGreaterThan(1)
  })

  it('prefill and decode apart', () => {
    const result = simulate(
      simulationOf(requestsAt([...steadily(0, 90, 8), ...steadily(90, 300, 1)]), {
        engine,
        flow,
        policy: 'least-request',
        replicas: 6,
        prefillReplicas: 2,
        minSplitTokens: 1,
        autoscale: {
          settings,
          prefill: { ...settings, min: 0, max: 2 },
          startMs: 10_000,
          intervalMs: 1_000,
        },
      }),
    )
    expect(endedAll(result)).toBe(720 + 210)
    expect(result.scaling?.changes['wake']).toBe(1)
    expect(result.scaling?.mostReplicas).toBeGreaterThan(2)
  })
})
