import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BatchingShape, BatchRequest, Sequence } from '../../../engines/index.ts'
import { RealTimeEngine, type StepObserver } from './real-time-engine.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const never = new AbortController().signal

interface Figures extends Partial<BatchingShape> {
  readonly ttftMs: number
  readonly tokensPerSecond: number
}

function engineWith({ ttftMs, tokensPerSecond, ...shape }: Figures, observer: Partial<StepObserver> = {}) {
  return new RealTimeEngine(
    {
      kvCapacityTokens: 2 ** 20,
      kvBlockTokens: 16,
      maxSequences: 8,
      maxBatchedTokens: 2048,
      step: {
        baseMs: 0,
        msPerToken: 0,
        msPerAttentionPair: 0,
        weightsMs: 0,
        msPerContextToken: 0,
        firstTokenMs: ttftMs,
        decodeMs: 1000 / tokensPerSecond,
        assumptions: [],
      },
      ...shape,
    },
    { stored() {}, removed() {} },
    { onStep() {}, onAbort() {}, ...observer },
  )
}

/** Runs a sequence and notes when, in milliseconds since now, each token came. */
function record(engine: RealTimeEngine, outputTokens: number, signal = never, further: Partial<BatchRequest> = {}) {
  const begin = performance.now()
  const times: number[] = []
  const request = { units: [], namedTokens: 0, promptTokens: 10, outputTokens, stage: 'both' as const, ...further }
  const ended = engine.run(request, { onToken: () => times.push(performance.now() - begin) }, signal).then(
    () => 'done',
    (reason: unknown) => reason,
  )
  return { times, ended }
}

describe('RealTimeEngine', () => {
  it('takes its time however long that is, where a timer of more than 24 days fires at once', async () => {
    const { times } = record(engineWith({ ttftMs: 2 ** 31, tokensPerSecond: 30 }), 1)
    await vi.advanceTimersByTimeAsync(86_400_000)
    expect(times).toEqual([])
  })

  it('gives the first token after ttft, then tokens at the rate, without drift', async () => {
    const { times, ended } = record(engineWith({ ttftMs: 50, tokensPerSecond: 30 }), 301)
    await vi.runAllTimersAsync()
    expect(await ended).toBe('done')
    expect(times[0]).toBe(50)
    // The 301st token is due 10 s after the first; each comes at the first whole millisecond after it is due.
    expect(times.at(-1)).toBeGreaterThanOrEqual(10_050)
    expect(times.at(-1)).toBeLessThanOrEqual(10_051)
    expect(times.every((time, token) => time - (50 + (token * 1000) / 30) < 1.001)).toBe(true)
  })

  it('runs as many side by side as it may, the rest in their order, each from its predecessor’s end', async () => {
    const engine = engineWith({ ttftMs: 10, tokensPerSecond: 100, maxSequences: 2 })
    const runs = [record(engine, 5), record(engine, 9), record(engine, 1), record(engine, 1)]
    await vi.advanceTimersByTimeAsync(0)
    expect([engine.running, engine.waiting]).toEqual([2, 2])
    await vi.runAllTimersAsync()
    expect(runs.map(({ times }) => times.at(-1))).toEqual([50, 90, 60, 70])
    expect([engine.running, engine.waiting, engine.kvCacheUsage]).toEqual([0, 0, 0])
  })

  it('lets whoever comes while a step is under way wait for its end, as an engine does', async () => {
    const engine = engineWith({ ttftMs: 50, tokensPerSecond: 50 })
    const first = record(engine, 10)
    await vi.advanceTimersByTimeAsync(55)
    const second = record(engine, 2)
    await vi.runAllTimersAsync()
    // At 70 the step of the first one ends; the next one has a prompt in it and takes 50, for both.
    expect(first.times.slice(0, 4)).toEqual([50, 70, 120, 140])
    expect(second.times).toEqual([65, 85])
  })

  it('frees the place of one that is aborted, running or waiting', async () => {
    const engine = engineWith({ ttftMs: 10, tokensPerSecond: 100, maxSequences: 1 })
    const [running, waiting] = [new AbortController(), new AbortController()]
    const first = record(engine, 1000, running.signal)
    const second = record(engine, 5, waiting.signal)
    const third = record(engine, 1)
    await vi.advanceTimersByTimeAsync(0)
    waiting.abort('second gone')
    expect([await second.ended, engine.running, engine.waiting]).toEqual(['second gone', 1, 1])
    await vi.advanceTimersByTimeAsync(1000)
    running.abort('first gone')
    await vi.runAllTimersAsync()
    expect([await first.ended, first.times.length]).toEqual(['first gone', 100])
    expect([await third.ended, third.times]).toEqual(['done', [1020]])
    expect([engine.running, engine.waiting, engine.kvCacheUsage]).toEqual([0, 0, 0])
  })

  it('rests at once when the last one has gone, so that the next finds nobody in its way', async () => {
    const engine = engineWith({ ttftMs: 10, tokensPerSecond: 1 })
    const controller = new AbortController()
    record(engine, 5, controller.signal)
    await vi.advanceTimersByTimeAsync(100)
    controller.abort('gone')
    const next = record(engine, 1)
    await vi.runAllTimersAsync()
    expect(next.times).toEqual([10])
  })

  it('does not start what is aborted already, and refuses what can never fit', async () => {
    const engine = engineWith({ ttftMs: 0, tokensPerSecond: 1000, kvCapacityTokens: 64 })
    expect(await record(engine, 1, AbortSignal.abort('gone')).ended).toBe('gone')
    expect(await record(engine, 60).ended).toBeInstanceOf(RangeError)
    expect([engine.running, engine.waiting]).toEqual([0, 0])
  })

  it('frees the place of one whose reader throws', async () => {
    const engine = engineWith({ ttftMs: 0, tokensPerSecond: 1000 })
    const broken = engine
      .run(
        { units: [], namedTokens: 0, promptTokens: 1, outputTokens: 2, stage: 'both' },
        {
          onToken() {
            throw new Error('broken')
          },
        },
        never,
      )
      .catch((error: unknown) => error)
    await vi.runAllTimersAsync()
    expect(await broken).toEqual(new Error('broken'))
    expect(engine.running).toBe(0)
  })

  it('throws sequences out when the KV cache is full, and computes all their tokens in the end', async () => {
    const engine = engineWith({ ttftMs: 1, tokensPerSecond: 1000, kvCapacityTokens: 64 })
    const runs = [record(engine, 40), record(engine, 40)]
    await vi.runAllTimersAsync()
    expect(runs.map(({ times }) => times.length)).toEqual([40, 40])
    expect(engine.preemptions).toBeGreaterThan(0)
  })

  it('fetches a prompt from elsewhere, computes one token of it, and ends when that fails', async () => {
    const steps: number[] = []
    const engine = engineWith({ ttftMs: 500, tokensPerSecond: 100 }, { onStep: (tokens) => steps.push(tokens) })
    const request = { units: [], namedTokens: 0, promptTokens: 100, outputTokens: 3, stage: 'decode' as const }
    const times: number[] = []
    let sequence: Sequence | undefined
    const begin = performance.now()
    const good = engine.run(
      request,
      {
        onToken: () => times.push(performance.now() - begin),
        fetch: (fetching) => {
          sequence = fetching
          return new Promise((resolve) => setTimeout(resolve, 30))
        },
      },
      never,
    )
    const bad = engine
      .run(request, { onToken() {}, fetch: () => Promise.reject(new Error('no such engine')) }, never)
      .catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(0)
    expect([sequence?.state, engine.receiving, engine.running]).toEqual(['receiving', 1, 0])
    await vi.runAllTimersAsync()
    await good
    expect(times).toEqual([40, 50, 60])
    expect(steps).toEqual([1, 1, 1])
    expect(await bad).toEqual(new Error('no such engine'))
    expect(engine.kvCacheUsage).toBe(0)
  })

  it('takes ten thousand that wait without running out of stack', async () => {
    const engine = engineWith({ ttftMs: 0.5, tokensPerSecond: 1e6, maxSequences: 1 })
    const runs = Array.from({ length: 10_000 }, () => record(engine, 1).ended)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(new Set(await Promise.all(runs))).toEqual(new Set(['done']))
  })
})
