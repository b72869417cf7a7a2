import { describe, expect, it } from 'vitest'
import { createFakeClock } from '../testing/fake-clock.ts'
import { WorkQueue } from './index.ts'

const never = new AbortController().signal
const limits = { firstBackoffMs: 100, mostBackoffMs: 1_000, retriesPerSecond: 1, retryBurst: 3 }
type Need = 'apply' | 'status'

/** A queue and what is taken from it, as it comes. */
function openQueue() {
  const clock = createFakeClock()
  const queue = new WorkQueue<Need>(clock, limits)
  return { clock, queue, take: () => queue.take(never) }
}

describe('WorkQueue', () => {
  it('gives an item that was asked for many times once, with everything that was asked', async () => {
    const { queue, take } = openQueue()
    queue.add('a', 'apply')
    queue.add('a', 'status')
    queue.add('a', 'apply')
    const work = await take()
    expect([work?.key, [...(work?.needs ?? [])], queue.length]).toEqual(['a', ['apply', 'status'], 0])
  })

  it('never gives one item to two, and gives it again when it was asked for meanwhile', async () => {
    const { clock, queue, take } = openQueue()
    queue.add('a', 'apply')
    const first = await take()
    queue.add('a', 'status')
    let second: Awaited<ReturnType<typeof take>>
    void take().then((work) => (second = work))
    await clock.pass(10_000)
    expect(second).toBeUndefined()
    first?.done()
    await clock.pass(0)
    expect([...((second as { needs: Set<Need> } | undefined)?.needs ?? [])]).toEqual(['status'])
  })

  it('waits for what is due later, and not for longer when it is asked for at once', async () => {
    const { clock, queue, take } = openQueue()
    queue.add('a', 'status', 5_000)
    const taken: string[] = []
    void take().then((work) => taken.push(`${work?.key} at ${clock.now()}`))
    await clock.pass(1_000)
    expect(taken).toEqual([])
    queue.add('a', 'apply')
    await clock.pass(0)
    expect(taken).toEqual(['a at 1000'])
  })

  it('puts failed work off twice as long each time, up to the most, and forgets when it succeeds', async () => {
    const { clock, queue, take } = openQueue()
    const single = new WorkQueue<Need>(clock, { ...limits, retriesPerSecond: 1_000, retryBurst: 1_000 })
    single.add('a', 'apply')
    const waits: number[] = []
    for (let round = 0; round < 6; round += 1) {
      const work = await single.take(never)
      waits.push(work?.failed() ?? -1)
      await clock.pass(1_000)
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000])
    const work = await single.take(never)
    expect([work?.failures, [...(work?.needs ?? [])]]).toEqual([6, ['apply']])
    work?.done()
    single.add('a', 'apply')
    expect((await single.take(never))?.failures).toBe(0)
    expect([queue.length, typeof take]).toEqual([0, 'function'])
  })

  it('shares a rate among all that fail, so that a thousand do not press the server together', async () => {
    const { queue, take } = openQueue()
    const waits: number[] = []
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      queue.add(key, 'apply')
      waits.push((await take())?.failed() ?? -1)
    }
    expect(waits).toEqual([100, 100, 100, 1_000, 2_000])
  })

  it('does not put off for long what changed while it failed', async () => {
    const { queue, take } = openQueue()
    queue.add('a', 'apply')
    const first = await take()
    first?.failed()
    queue.add('a', 'apply')
    const second = await take()
    queue.add('a', 'apply')
    expect(second?.failed()).toBe(100)
  })

  it('ends when its signal fires, and so does everybody who waits', async () => {
    const { queue } = openQueue()
    const stop = new AbortController()
    const waiting = queue.take(stop.signal)
    stop.abort()
    expect(await waiting).toBeUndefined()
  })
})
