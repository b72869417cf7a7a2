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

  it('serve no sooner than their start takes, though one was let go and wanted again meanwhile', () => {
    const startMs = 60_000
    const { scaling } = simulate(
      simulationOf(requestsAt([...steadily(0, 12, 8), ...steadily(50, 130, 8)]), {
        engine,
        flow,
        policy: 'least-request',
        replicas: 2,
        autoscale: { settings: { ...settings, max: 2, downAfterMs: 5_000 }, startMs, intervalMs: 1_000 },
      }),
    )
    const timeline = scaling?.timeline ?? []
    const ups = timeline.filter(({ others }, index) => others > 0 && timeline[index - 1]?.others === 0)
    expect(ups.length).toBeGreaterThan(1)
    const two = timeline.find(({ ready }) => ready === 2)
    const wanted = ups.findLast(({ atMs }) => atMs < (two?.atMs ?? 0))
    expect((two?.atMs ?? 0) - (wanted?.atMs ?? Infinity)).toBeGreaterThanOrEqual(startMs)
  })

  it('are never wanted beyond the most, while one that was let go finishes what it has', () => {
    const long = Array.from({ length: 8 }, (_, place) =>
      requestOf({ atMs: 66_000 + place, outputTokens: 3000, blocks: [10_000 + place] }),
    )
    const bursts = requestsAt([...steadily(0, 60, 14), ...steadily(90, 120, 14)])
    const requests = [...bursts, ...long].toSorted((one, other) => one.atMs - other.atMs)
    const { scaling } = simulate(
      simulationOf(requests, {
        engine,
        flow,
        policy: 'least-request',
        replicas: 4,
        autoscale: {
          settings: { ...settings, kvCacheUse: 0.95, downAfterMs: 5_000 },
          startMs: 1_000,
          intervalMs: 1_000,
        },
      }),
    )
    expect(Math.max(...(scaling?.timeline ?? []).map(({ wanted }) => wanted))).toBe(4)
  })

  it('hold their GPUs for no less than no time where all who wait give up', () => {
    const { scaling, simulatedSeconds, goodput } = simulate(
      simulationOf(requestsAt(steadily(20, 30, 1)), {
        engine,
        flow: { ...flow, maxWaitMs: 5_000 },
        policy: 'least-request',
        replicas: 4,
        autoscale: { settings: { ...settings, min: 0 }, startMs: 600_000, intervalMs: 1_000 },
      }),
    )
    expect(goodput).toBe(0)
    expect(simulatedSeconds).toBeCloseTo(34)
    expect(scaling?.replicaHours).toBeGreaterThan(0)
    expect(scaling?.timeline.every(({ atMs }) => atMs <= 34_000)).toBe(true)
  })

  it('cost what those that ran cost, where those that prefill cost something else', () => {
    const times = steadily(0, 60, 1)
    const { scaling, costPerMillionTokens, outputTokens } = simulate(
      simulationOf(requestsAt(times), {
        engine,
        prefillEngine: { ...engine, pricePerHour: 100 },
        policy: 'least-request',
        replicas: 6,
        prefillReplicas: 2,
        minSplitTokens: 1000,
        autoscale: { settings, prefill: { ...settings, max: 2 }, startMs: 10_000, intervalMs: 1_000 },
      }),
    )
    expect(scaling?.timeline.map(({ ready }) => ready)).toEqual([2])
    const hours = (scaling?.replicaHours ?? 0) / 2
    expect(costPerMillionTokens).toBeCloseTo((hours * (engine.pricePerHour + 100) * 1e6) / outputTokens)
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
