import { array, assert, boolean, constantFrom, double, integer, nat, option, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PoolInput, PoolLoad, ScalingSettings } from './contract.ts'
import { decidePools, emptyMemory } from './index.ts'
import { loadOf, runPlant, steps, usualSettings, type Plant } from './testing/plant.ts'

const minutes = (count: number) => count * 60_000
const plantOf = (part: Partial<Plant>): Plant => ({
  settings: usualSettings,
  demand: () => 4,
  startMs: 60_000,
  first: 1,
  ...part,
})
const quick: Partial<ScalingSettings> = { upAfterMs: 0, downAfterMs: 0, toZeroAfterMs: 0 }
const input = (part: Partial<PoolInput>, settings: Partial<ScalingSettings> = {}): PoolInput => ({
  model: 'm',
  role: 'both',
  settings: { ...usualSettings, ...settings },
  memory: emptyMemory,
  replicas: { ready: 1, starting: 0, draining: 0 },
  load: loadOf(),
  ...part,
})
const decide = (part: Partial<PoolInput>, settings: Partial<ScalingSettings> = {}, gpus: number | null = null) => {
  const [outcome] = decidePools([input(part, settings)], gpus, 0)
  if (outcome === undefined) throw new Error('a pool without a decision')
  return outcome.decision
}

const ready = (count: number) => ({ ready: count, starting: 0, draining: 0 })
/** Somebody asks during the second minute. */
const oneMinute = (nowMs: number) => (nowMs >= minutes(1) && nowMs < minutes(2) ? 1 : 0)
const withGap = (load: PoolLoad, nowMs: number) => (nowMs > 280_000 && nowMs < 400_000 ? null : load)
const withoutCaches = (load: PoolLoad) => ({ ...load, kvCacheUse: null })
const withoutArrivals = (load: PoolLoad) => ({ ...load, arrivalsPerSecond: 0 })
const inProportion = (requestsPerReplica: number) => 100 * requestsPerReplica

describe('what each figure asks for', () => {
  it.each<[string, Partial<PoolLoad>, number, Partial<ScalingSettings>, string, number]>([
    ['a queue within its target', { waiting: 4 }, 1, {}, 'queue', 1],
    ['a queue within the tolerance', { waiting: 13 }, 3, {}, 'queue', 3],
    ['a queue above it', { waiting: 14 }, 3, {}, 'queue', 4],
    ['requests that fill their replicas', { inFlight: 16 }, 2, {}, 'requests', 2],
    ['requests that one replica less would do', { inFlight: 12 }, 3, {}, 'requests', 2],
    ['requests that would fill one replica less', { inFlight: 14 }, 3, {}, 'requests', 3],
    ['more requests than replicas take', { inFlight: 20 }, 2, {}, 'requests', 3],
    ['tokens in flight', { tokensInFlight: 40_000 }, 2, { tokensPerReplica: 10_000 }, 'tokens', 5],
    ['caches that are full', { kvCacheUse: 1 }, 4, {}, 'kv_cache', 5],
    ['caches that are half empty', { kvCacheUse: 0.4 }, 4, {}, 'kv_cache', 3],
    ['a slow first token', { ttftMs: 1_500, waiting: 1, inFlight: 16 }, 2, { ttftMs: 1_000 }, 'ttft', 3],
    ['a very slow one', { ttftMs: 60_000, waiting: 1, inFlight: 16 }, 2, { ttftMs: 1_000 }, 'ttft', 4],
    ['one in time, which asks for nothing', { ttftMs: 900, waiting: 1 }, 2, { ttftMs: 1_000 }, 'ttft', 0],
    ['one that no replica would make shorter', { ttftMs: 9_000, inFlight: 2 }, 2, { ttftMs: 1_000 }, 'ttft', 0],
  ])('%s', (_title, load, count, settings, name, replicas) => {
    const { signals } = decide({ load: loadOf(load), replicas: ready(count) }, settings)
    expect(signals.find((signal) => signal.name === name)).toMatchObject({ replicas })
  })

  it('lets the largest win, and names it', () => {
    const load = loadOf({ waiting: 12, inFlight: 16, kvCacheUse: 1 })
    const decision = decide({ load, replicas: ready(2) }, quick)
    expect(decision).toMatchObject({ asked: 3, wanted: 3, reason: 'queue' })
  })
})

// proves B11 (real part)
describe('how many replicas a pool gets', () => {
  it('waits until the need has lasted, then adds, and says which window it waits for', () => {
    const moments = runPlant(plantOf({ demand: () => 20 }), minutes(20))
    expect(steps(moments)).toEqual([1, 3])
    expect(moments.findIndex(({ decision }) => decision.wanted === 3)).toBe(6)
    expect(moments[2]?.decision.limits).toEqual([{ name: 'up_window', from: 3, to: 1 }])
  })

  it('removes slowly, one by one, once they have been spare for the whole window', () => {
    const moments = runPlant(plantOf({ first: 5, demand: () => 4 }), minutes(20))
    expect(steps(moments)).toEqual([5, 4, 3, 2, 1])
    const times = moments.filter(({ decision }) => decision.reason === 'spare').map(({ nowMs }) => nowMs)
    expect(times).toEqual([300_000, 360_000, 420_000, 480_000])
  })

  it('wakes at once for a request that waits, and stops the last replica after the idle time, not before', () => {
    const settings = { ...usualSettings, min: 0 }
    const moments = runPlant(plantOf({ settings, first: 0, demand: oneMinute }), minutes(30))
    const changes = moments.filter(({ decision }) => decision.wanted !== decision.current)
    expect(changes.map(({ nowMs, decision: { reason, wanted } }) => [nowMs, reason, wanted])).toEqual([
      [60_000, 'wake', 1],
      [120_000 + 900_000, 'idle', 0],
    ])
  })

  it('wakes for requests that another model answered meanwhile', () => {
    const none = { ready: 0, starting: 0, draining: 0 }
    expect(decide({ load: loadOf({ arrivalsPerSecond: 0.2 }), replicas: none }, { min: 0 })).toMatchObject({
      wanted: 1,
      reason: 'wake',
    })
  })

  it('removes nothing while a gateway does not answer, and begins the window anew after it does', () => {
    const moments = runPlant(plantOf({ first: 3, seen: withGap }), minutes(20))
    const first = moments.find(({ decision }) => decision.wanted < decision.current)
    expect(first?.nowMs).toBe(400_000 + 300_000)
    expect(moments.find(({ nowMs }) => nowMs === 350_000)?.decision).toMatchObject({ reason: 'no_readings', wanted: 3 })
  })

  it('begins its windows anew where the time of day is set back, and does not stand still until it has come there again', () => {
    let memory = emptyMemory
    let replicas = 1
    const wanted: number[] = []
    const round = (nowMs: number, demand: number) => {
      const load = loadOf({ atMs: nowMs, waiting: demand, inFlight: replicas * 8, arrivalsPerSecond: demand })
      const [outcome] = decidePools([input({ memory, load, replicas: ready(replicas) })], null, nowMs)
      if (outcome === undefined) throw new Error('a pool without a decision')
      ;({ memory } = outcome)
      replicas = outcome.decision.wanted
      wanted.push(replicas)
    }
    for (let nowMs = minutes(60); nowMs <= minutes(61); nowMs += 5_000) round(nowMs, 20)
    const before = replicas
    for (let nowMs = minutes(30); nowMs <= minutes(30) + 30_000; nowMs += 5_000) round(nowMs, 20)
    expect([before, replicas]).toEqual([3, 5])
  })

  it('adds by what it sees and removes nothing where one of several gateways is missing', () => {
    const three = { ready: 3, starting: 0, draining: 0 }
    const partial = { isComplete: false }
    expect(decide({ load: loadOf(partial), replicas: three }, quick)).toMatchObject({ wanted: 3 })
    expect(decide({ load: loadOf({ ...partial, waiting: 40 }), replicas: three }, quick)).toMatchObject({ wanted: 6 })
  })

  it('keeps a replica that made a slow first token quick, as long as the load stays', () => {
    const settings = { ...usualSettings, requestsPerReplica: 64, ttftMs: 1_000 }
    const moments = runPlant(
      plantOf({ settings, demand: () => 30, ttftMs: inProportion, seen: withoutCaches }),
      minutes(120),
    )
    expect(steps(moments)).toEqual([1, 2, 3])
    expect(moments.at(-1)?.decision.limits).toContainEqual({ name: 'too_few_before', from: 1, to: 3 })
    const falling = plantOf({
      settings,
      demand: (nowMs) => (nowMs < minutes(60) ? 30 : 5),
      ttftMs: inProportion,
      seen: withoutCaches,
    })
    expect(steps(runPlant(falling, minutes(120)))).toEqual([1, 2, 3, 2, 1])
  })

  it('lets the replicas of a burst go whose requests had all come before it was seen', () => {
    const demand = (nowMs: number) => (nowMs < minutes(10) ? 40 : 0)
    expect(runPlant(plantOf({ demand, seen: withoutArrivals }), minutes(60)).at(-1)?.decision.wanted).toBe(1)
  })

  it('shares what GPUs there are, and says so', () => {
    const settings = { ...quick, gpusPerReplica: 2 }
    const load = loadOf({ waiting: 100 })
    expect(decide({ load }, settings, 5)).toMatchObject({ wanted: 2, limits: [expect.anything(), { name: 'gpus' }] })
    const outcomes = decidePools(
      [input({ load }, settings), input({ load, model: 'n' }, settings), input({ model: 'idle' }, settings)],
      11,
      0,
    )
    expect(outcomes.map(({ decision }) => decision.wanted)).toEqual([3, 1, 1])
    // Those on their way out still hold theirs.
    const leaving = { ready: 1, starting: 0, draining: 2 }
    expect(decide({ load, replicas: leaving }, settings, 7)).toMatchObject({ wanted: 1 })
  })

  it('keeps to bounds that a changed Fleet brings, with or without readings', () => {
    const replicas = { ready: 6, starting: 0, draining: 0 }
    for (const load of [null, loadOf({ atMs: -minutes(5) }), loadOf({ waiting: 90 })]) {
      expect(decide({ load, replicas }, { max: 4 })).toMatchObject({ wanted: 4, reason: 'maximum' })
      expect(decide({ load, replicas }, { min: 8 }).wanted).toBeGreaterThanOrEqual(8)
    }
  })
})

const { min: _min, max: _max, ...rest } = usualSettings
const anySettings = record({
  max: integer({ min: 1, max: 12 }),
  min: nat(3),
  queuePerReplica: integer({ min: 1, max: 8 }),
  requestsPerReplica: option(integer({ min: 1, max: 16 }), { nil: null }),
  ttftMs: option(integer({ min: 50, max: 5_000 }), { nil: null }),
  upAfterMs: constantFrom(0, 5_000, 30_000),
  downAfterMs: constantFrom(0, 30_000, 300_000),
  toZeroAfterMs: constantFrom(0, 60_000, 900_000),
}).map(({ min, max, ...some }): ScalingSettings => Object.assign({ min: Math.min(min, max), max }, rest, some))
const anyLoad = record({
  waiting: nat(60),
  inFlight: nat(60),
  arrivalsPerSecond: option(double({ min: 0, max: 50, noNaN: true }), { nil: null }),
  ttftMs: option(nat(10_000), { nil: null }),
  kvCacheUse: option(double({ min: 0, max: 1, noNaN: true }), { nil: null }),
  isComplete: boolean(),
}).map((load) => loadOf(load))

describe('a pool under any load', () => {
  it('comes to rest under a constant load, and stays there', () => {
    const runs = property(
      anySettings,
      nat(100),
      nat(12),
      constantFrom(0, 20_000, 90_000),
      (settings, demand, first, startMs) => {
        const plant = { settings, demand: () => demand, first: Math.min(first, settings.max), startMs }
        const moments = runPlant({ ...plant, ttftMs: (each) => 60 * each }, minutes(80))
        const late = moments.filter(({ nowMs }) => nowMs > minutes(40))
        expect(steps(late)).toHaveLength(1)
      },
    )
    assert(runs, { numRuns: 100 })
  })

  it('never leaves its bounds and never makes more than one step at a time', () => {
    const runs = property(
      anySettings,
      array(anyLoad, { minLength: 1, maxLength: 40 }),
      nat(12),
      (settings, loads, first) => {
        let memory = emptyMemory
        let ready = Math.max(settings.min, Math.min(first, settings.max))
        for (const [index, load] of loads.entries()) {
          const nowMs = index * 5_000
          const replicas = { ready, starting: 0, draining: 0 }
          const pool = { ...input({}), settings, memory, replicas, load: { ...load, atMs: nowMs } }
          const [outcome] = decidePools([pool], null, nowMs)
          if (outcome === undefined) throw new Error('no decision')
          const { wanted } = outcome.decision
          expect(wanted).toBeGreaterThanOrEqual(settings.min)
          expect(wanted).toBeLessThanOrEqual(settings.max)
          expect(wanted - ready).toBeLessThanOrEqual(Math.max(2, ready))
          expect(ready - wanted).toBeLessThanOrEqual(1)
          expect(wanted).toBeGreaterThanOrEqual(load.isComplete ? 0 : ready)
          memory = outcome.memory
          ready = wanted
        }
      },
    )
    assert(runs, { numRuns: 500 })
  })

  it('never wants fewer replicas for more load, with the same past', () => {
    const more = record({
      waiting: nat(40),
      inFlight: nat(40),
      arrivals: nat(20),
      ttft: nat(5_000),
      kv: double({ min: 0, max: 1, noNaN: true }),
    })
    const runs = property(
      anySettings,
      array(anyLoad, { minLength: 1, maxLength: 20 }),
      more,
      nat(12),
      (settings, loads, added, ready) => {
        let memory = emptyMemory
        const replicas = { ready, starting: 0, draining: 0 }
        const ask = (load: PoolLoad, nowMs: number) => {
          const [outcome] = decidePools(
            [{ ...input({}), settings, memory, replicas, load: { ...load, atMs: nowMs } }],
            null,
            nowMs,
          )
          if (outcome === undefined) throw new Error('no decision')
          return outcome
        }
        for (const [index, load] of loads.entries()) {
          const larger: PoolLoad = {
            ...load,
            waiting: load.waiting + added.waiting,
            inFlight: load.inFlight + added.inFlight,
            arrivalsPerSecond: load.arrivalsPerSecond === null ? null : load.arrivalsPerSecond + added.arrivals,
            ttftMs: load.ttftMs === null ? null : load.ttftMs + added.ttft,
            kvCacheUse: load.kvCacheUse === null ? null : Math.min(1, load.kvCacheUse + added.kv),
          }
          const outcome = ask(load, index * 5_000)
          expect(ask(larger, index * 5_000).decision.wanted).toBeGreaterThanOrEqual(outcome.decision.wanted)
          memory = outcome.memory
        }
      },
    )
    assert(runs, { numRuns: 500 })
  })

  it('holds at least as many under a load that is larger all the time', () => {
    const runs = property(nat(40), nat(40), nat(8), (demand, added, first) => {
      const settings = { ...usualSettings, min: 0 }
      const run = (amount: number) => runPlant(plantOf({ settings, first, demand: () => amount }), minutes(30))
      const [less, more] = [run(demand), run(demand + added)]
      for (const [index, { decision }] of less.entries()) {
        expect(more[index]?.decision.wanted).toBeGreaterThanOrEqual(decision.wanted)
      }
    })
    assert(runs, { numRuns: 40 })
  })
})
