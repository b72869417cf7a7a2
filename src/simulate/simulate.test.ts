import { describe, expect, it } from 'vitest'
import { stepMs } from '../engines/index.ts'
import type { PolicyKind } from '../scheduling/index.ts'
import { simulate } from './simulate.ts'
import { closedLoop, engineWith, requestOf, simulationOf } from './testing/simulations.ts'

/** A closed loop on replicas of a speed. */
const load = (replicas: number, ms: number, concurrency: number) => {
  const simulation = closedLoop(engineWith({ msPerToken: ms }), {
    promptTokens: 300,
    outputTokens: 20,
    concurrency,
    rounds: 4,
  })
  return simulate({ ...simulation, replicas, policy: 'least-request' })
}

/** A turn of a conversation whose blocks are numbered from `first` on. */
const turn = (first: number, units: number) => ({
  promptTokens: units * 64,
  outputTokens: 1,
  blocks: Array.from({ length: units }, (_, unit) => first + unit),
})

/** One request at a time, on the first replica that may answer. */
const oneAtATime: PolicyKind = {
  name: 'one-at-a-time',
  summary: 'test',
  prefixes: 'none',
  source: 'test',
  create: () => ({
    choose: (_request, replicas, { isExcluded }) => {
      const place = replicas.findIndex((_, place) => !isExcluded(place))
      return replicas.some(({ inFlight }) => inFlight > 0)
        ? { kind: 'none' }
        : { kind: 'replica', place, reason: 'only-one' }
    },
  }),
}

// proves F3 (simulated)
describe('simulate', () => {
  it('has a prompt alone answered after what the formula says', () => {
    const { step } = engineWith()
    const { ttftMs, tpotMs, e2eMs, goodput } = simulate(
      simulationOf([requestOf({ promptTokens: 64, outputTokens: 3, blocks: [1] })]),
    )
    const first = stepMs(step, { tokens: 64, pairs: (64 * 65) / 2, context: 0 })
    const next = stepMs(step, { tokens: 1, pairs: 0, context: 64 }) + stepMs(step, { tokens: 1, pairs: 0, context: 65 })
    expect(ttftMs.p50).toBeCloseTo(first)
    expect(tpotMs.p50).toBeCloseTo(next / 2)
    expect(e2eMs.p99).toBeCloseTo(first + next)
    expect(goodput).toBe(1)
  })

  it('lets a later turn come when its predecessor is answered and thought about, and finds its answer held', () => {
    const result = simulate(
      simulationOf([
        requestOf({ promptTokens: 64, outputTokens: 128, blocks: [1] }),
        requestOf({ promptTokens: 256, outputTokens: 1, blocks: [1, 2, 3, 4], after: 0, atMs: 5000 }),
      ]),
    )
    // Prompt and answer of the first turn: 192 tokens; the last token of an answer is never computed, so its block is not whole.
    expect(result.hitTokens).toBeGreaterThanOrEqual(176)
    expect(result.hitTokens).toBeLessThanOrEqual(192)
    expect(result.simulatedSeconds).toBeGreaterThan(5)
    expect(result.simulatedSeconds).toBeLessThan(7)
  })

  it('has arrivals come faster at a higher rate', () => {
    const requests = [requestOf({ blocks: [1] }), requestOf({ atMs: 4000, blocks: [2] })]
    const seconds = [1, 2].map((rate) => simulate(simulationOf(requests, { rate })).simulatedSeconds)
    expect(seconds[0]).toBeGreaterThan(4)
    expect(seconds[1]).toBeLessThan(2.1)
  })

  it('sends a prompt over the link when prefill and decode are apart, as long as that takes', () => {
    const prompt = requestOf({ promptTokens: 1024, outputTokens: 2, blocks: Array.from({ length: 16 }, (_, id) => id) })
    const apart = { replicas: 2, prefillReplicas: 1, minSplitTokens: 512 }
    const together = simulate(simulationOf([prompt])).ttftMs.p50
    const [slow, fast] = [1e6, 1e12].map((transferBitsPerSecond) =>
      simulate(simulationOf([prompt], { ...apart, transferBitsPerSecond })),
    )
    const transferMs = ((1024 * 1000 * 8) / 1e6) * 1000
    const { step } = engineWith()
    const last = stepMs(step, { tokens: 1, pairs: 0, context: 1023 })
    expect(fast?.ttftMs.p50).toBeCloseTo(together + last, 1)
    expect((slow?.ttftMs.p50 ?? 0) - (fast?.ttftMs.p50 ?? 0)).toBeCloseTo(transferMs, 0)
    expect(fast?.work).toEqual([1024, 2])
  })

  it('fetches only what the decode replica does not hold', () => {
    const blocks = Array.from({ length: 32 }, (_, id) => id)
    const turns = [
      requestOf({ promptTokens: 1024, outputTokens: 1, blocks: blocks.slice(0, 16) }),
      requestOf({ promptTokens: 2048, outputTokens: 1, blocks, after: 0 }),
    ]
    const { e2eMs } = simulate(
      simulationOf(turns, { replicas: 2, prefillReplicas: 1, minSplitTokens: 512, transferBitsPerSecond: 1e6 }),
    )
    const half = ((1024 * 1000 * 8) / 1e6) * 1000
    expect(e2eMs.p99).toBeLessThan(half * 1.1)
  })

  it('has each wait for its own transfer, whoever else has the same prompt sent to the same replica', () => {
    const prompt = { promptTokens: 1024, outputTokens: 1, blocks: Array.from({ length: 16 }, (_, id) => id) }
    const { ttftMs } = simulate(
      simulationOf([requestOf(prompt), requestOf({ ...prompt, atMs: 1 })], {
        replicas: 3,
        prefillReplicas: 2,
        minSplitTokens: 512,
        transferBitsPerSecond: 1e6,
      }),
    )
    expect(ttftMs.p50).toBeGreaterThan(((1024 * 1000 * 8) / 1e6) * 1000)
  })

  it('asks of a prefill replica that it holds the prompt, and not the answer', () => {
    const prompt = requestOf({ promptTokens: 256, outputTokens: 100, blocks: [1, 2, 3, 4] })
    const result = simulate(
      simulationOf([prompt], {
        replicas: 2,
        prefillReplicas: 1,
        minSplitTokens: 128,
        prefillEngine: { ...engineWith(), kvCapacityTokens: 272 },
      }),
    )
    expect(result).toMatchObject({ rejected: 0, outputTokens: 100 })
    expect(result.work[0]).toBe(256)
  })

  it('compares with one large cache that is asked as requests come, not session after session', () => {
    const sessions = [
      requestOf({ ...turn(0, 40), atMs: 0 }),
      requestOf({ ...turn(0, 41), atMs: 60_000, after: 0 }),
      requestOf({ ...turn(1000, 40), atMs: 30_000 }),
      requestOf({ ...turn(1000, 41), atMs: 60_000, after: 2 }),
    ]
    const asTheyCome = [
      requestOf({ ...turn(0, 40), atMs: 0 }),
      requestOf({ ...turn(1000, 40), atMs: 30_000 }),
      requestOf({ ...turn(0, 41), atMs: 60_000, after: 0 }),
      requestOf({ ...turn(1000, 41), atMs: 60_000, after: 1 }),
    ]
    const [one, other] = [sessions, asTheyCome].map((requests) => simulate(simulationOf(requests)).oracleHitTokens)
    expect(one).toBe(other)
  })

  it('is no slower with more replicas, a faster engine or fewer requests', () => {
    const base = load(2, 0.1, 12)
    expect(load(4, 0.1, 12).ttftMs.p90).toBeLessThan(base.ttftMs.p90)
    expect(load(2, 0.05, 12).outputTokensPerSecond).toBeGreaterThan(base.outputTokensPerSecond)
    expect(load(2, 0.1, 4).tpotMs.p50).toBeLessThan(base.tpotMs.p50)
  })

  it('keeps a request that may go nowhere, and sends it when another has ended', () => {
    const requests = Array.from({ length: 5 }, (_, id) => requestOf({ blocks: [id] }))
    const result = simulate(simulationOf(requests), { policy: oneAtATime })
    expect(result.outputTokens).toBe(20)
    expect(result.queue.most).toBe(1)
  })

  it('keeps sessions with their replica as the gateway does: where that is asked for, with any policy', () => {
    const turns = Array.from({ length: 4 }, (_, place) =>
      requestOf({ after: place - 1, session: 'one', outputTokens: 1, blocks: [place] }),
    )
    const spreadOf = (policy: string, isKept: boolean) =>
      simulate(simulationOf(turns, { replicas: 2, policy, sessions: { isKept, timeMs: 60_000 } })).loadSpread
    expect([spreadOf('round-robin', true), spreadOf('round-robin', false)]).toEqual([2, 1])
    expect(spreadOf('session', false)).toBe(2)
  })

  it('tells a policy of no session where none is kept', () => {
    const seen = [true, false].map((isKept) => {
      let session: string | null = ''
      const watching: PolicyKind = {
        ...oneAtATime,
        create: (settings) => ({
          ...oneAtATime.create(settings),
          sent: (request) => {
            session = request.session
          },
        }),
      }
      const sessions = { isKept, timeMs: 60_000 }
      simulate(simulationOf([requestOf({ session: 'one' })], { sessions }), { policy: watching })
      return session
    })
    expect(seen).toEqual(['one', null])
  })

  it('counts what no replica can hold as rejected, and lets what follows it come', () => {
    const result = simulate(
      simulationOf([
        requestOf({ promptTokens: 4000, outputTokens: 97, blocks: Array.from({ length: 63 }, (_, id) => id) }),
        requestOf({ after: 0, blocks: [1] }),
      ]),
    )
    expect(result).toMatchObject({ requests: 2, rejected: 1, outputTokens: 4, goodput: 0.5 })
  })

  it('gives the turn of one that its decode replica cannot hold to the next, or that waits for ever', () => {
    const requests = [
      requestOf({ promptTokens: 256, outputTokens: 33, blocks: [1, 2, 3, 4] }),
      requestOf({ promptTokens: 256, outputTokens: 1, blocks: [1, 2, 3, 4] }),
    ]
    const result = simulate(
      simulationOf(requests, {
        replicas: 2,
        prefillReplicas: 1,
        minSplitTokens: 128,
        engine: { ...engineWith(), kvCapacityTokens: 272 },
        prefillEngine: engineWith(),
      }),
      { policy: oneAtATime },
    )
    expect(result).toMatchObject({ rejected: 1, outputTokens: 1 })
  })

  it.each([
    [{ replicas: 0 }, '1 replica'],
    [{ replicas: 2, prefillReplicas: 2 }, 'fewer than all'],
    [{ replicas: 2, prefillReplicas: 1, transferBitsPerSecond: 0 }, 'link'],
    [{ rate: 0 }, 'rate'],
    [{ policy: 'no-such' }, 'no policy no-such'],
    [{ workload: { name: 'odd', blockTokens: 24, requests: [] } }, 'whole blocks'],
  ])('says no to %o', (rest, why) => {
    expect(() => simulate(simulationOf([], rest))).toThrow(why)
  })

  it('has nothing to tell of no request', () => {
    expect(simulate(simulationOf([]))).toMatchObject({
      requests: 0,
      goodput: 0,
      loadSpread: 1,
      outputTokensPerSecond: 0,
    })
  })
})
