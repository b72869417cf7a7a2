import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Batch } from './batch.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const never = new AbortController().signal

/** Runs a sequence and notes when, in milliseconds since now, each token came. */
function record(batch: Batch, tokens: number, signal = never) {
  const begin = performance.now()
  const times: number[] = []
  const ended = batch
    .run(
      {
        tokens,
        onStart() {},
        onTokens(from, to) {
          for (let token = from; token < to; token += 1) times.push(performance.now() - begin)
        },
      },
      signal,
    )
    .then(
      () => 'done',
      (reason: unknown) => reason,
    )
  return { times, ended }
}

describe('Batch', () => {
  it('gives the first token after ttft, then tokens at the rate, without drift', async () => {
    const { times, ended } = record(new Batch({ ttftMs: 50, tokensPerSecond: 30, maxSequences: 1 }), 301)
    await vi.runAllTimersAsync()
    expect(await ended).toBe('done')
    expect(times[0]).toBe(50)
    // The 301st token is due 10 s after the first; each comes at the first whole millisecond after it is due.
    expect(times.at(-1)).toBe(10_050)
    expect(times.every((time, token) => time - (50 + (token * 1000) / 30) < 1)).toBe(true)
  })

  it('runs as many side by side as it may, the rest in their order, each from its predecessor’s end', async () => {
    const batch = new Batch({ ttftMs: 10, tokensPerSecond: 1000, maxSequences: 2 })
    const runs = [record(batch, 91), record(batch, 191), record(batch, 1), record(batch, 1)]
    expect([batch.running, batch.waiting]).toEqual([2, 2])
    await vi.runAllTimersAsync()
    expect(runs.map(({ times }) => times.at(-1))).toEqual([100, 200, 110, 120])
    expect([batch.running, batch.waiting]).toEqual([0, 0])
  })

  it('frees the place of one that is aborted, running or waiting, at once', async () => {
    const batch = new Batch({ ttftMs: 10, tokensPerSecond: 1000, maxSequences: 1 })
    const [running, waiting] = [new AbortController(), new AbortController()]
    const first = record(batch, Infinity, running.signal)
    const second = record(batch, 5, waiting.signal)
    const third = record(batch, 1)
    waiting.abort('second gone')
    expect([await second.ended, batch.running, batch.waiting]).toEqual(['second gone', 1, 1])
    await vi.advanceTimersByTimeAsync(1000)
    running.abort('first gone')
    await vi.runAllTimersAsync()
    expect([await first.ended, first.times]).toEqual(['first gone', []])
    expect([await third.ended, third.times]).toEqual(['done', [1010]])
    expect([batch.running, batch.waiting]).toEqual([0, 0])
  })

  it('does not start what is aborted already', async () => {
    const batch = new Batch({ ttftMs: 0, tokensPerSecond: 1000, maxSequences: 1 })
    expect(await record(batch, 1, AbortSignal.abort('gone')).ended).toBe('gone')
    expect([batch.running, batch.waiting]).toEqual([0, 0])
  })

  it('frees the place of one whose reader throws', async () => {
    const batch = new Batch({ ttftMs: 0, tokensPerSecond: 1000, maxSequences: 1 })
    const broken = batch.run(
      {
        tokens: 2,
        onStart() {},
        onTokens() {
          throw new Error('broken')
        },
      },
      never,
    )
    const reason = broken.catch((error: unknown) => error)
    await vi.runAllTimersAsync()
    expect(await reason).toEqual(new Error('broken'))
    expect(batch.running).toBe(0)
  })

  it('takes ten thousand that wait without running out of stack', async () => {
    const batch = new Batch({ ttftMs: 0, tokensPerSecond: 1e6, maxSequences: 1 })
    const runs = Array.from({ length: 10_000 }, () => record(batch, 1).ended)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(new Set(await Promise.all(runs))).toEqual(new Set(['done']))
  })
})
