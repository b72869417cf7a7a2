import { describe, expect, it } from 'vitest'
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts'
import { LeaderElection, type LeaseStore, type StoredLease, type Term } from './index.ts'

/** An API server with one Lease, which may be gone, slow for one of its clients, or both. */
function openServer(clock: FakeClock) {
  let stored: StoredLease | undefined
  let version = 0
  const cut = new Set<string>()
  const reach = async (who: string) => {
    while (cut.has(who)) await clock.wait(60_000)
    await clock.wait(5)
  }
  const storeOf = (who: string): LeaseStore => ({
    async read() {
      await reach(who)
      return stored
    },
    async write(lease) {
      await reach(who)
      if (lease.version !== stored?.version) return undefined
      version += 1
      stored = { ...lease, version: String(version) }
      return stored
    },
  })
  return { storeOf, cut, lease: () => stored }
}

/** Candidates of one election, and who acts when. */
function openElection(...names: string[]) {
  const clock = createFakeClock()
  const server = openServer(clock)
  const acting = new Map<string, Term>()
  const mostAtOnce = { count: 0 }
  const stops = new Map(names.map((name) => [name, new AbortController()]))
  const lead = (name: string) => async (term: Term) => {
    acting.set(name, term)
    while (!term.signal.aborted) {
      mostAtOnce.count = Math.max(mostAtOnce.count, [...acting.values()].filter((each) => each.isHeld()).length)
      await clock.wait(100, term.signal)
    }
    acting.delete(name)
  }
  const ended = names.map((name) => {
    const election = new LeaderElection({ store: server.storeOf(name), identity: name, clock, random: () => 0.5 })
    return election.run(stops.get(name)?.signal ?? AbortSignal.abort(), lead(name))
  })
  return {
    clock,
    server,
    acting: () => [...acting.keys()],
    term: (name: string) => acting.get(name)?.number,
    mostAtOnce,
    stop: (name: string) => stops.get(name)?.abort(),
    ended,
  }
}

describe('LeaderElection', () => {
  it('has one lead and renew, and the others wait', async () => {
    const { clock, acting, server, mostAtOnce } = openElection('one', 'two', 'three')
    await clock.pass(120_000)
    expect([acting().length, mostAtOnce.count, server.lease()?.holder]).toEqual([1, 1, acting()[0]])
    expect(server.lease()).toMatchObject({ transitions: 0, durationSeconds: 15 })
  })

  it('lets go at the end, so that the next one leads within seconds, with a higher number', async () => {
    const { clock, acting, stop, term, mostAtOnce, ended } = openElection('one', 'two')
    await clock.pass(10_000)
    const [first = ''] = acting()
    const second = first === 'one' ? 'two' : 'one'
    stop(first)
    await clock.pass(3_000)
    expect([acting(), mostAtOnce.count]).toEqual([[second], 1])
    expect(term(second)).toBe(1)
    await ended[first === 'one' ? 0 : 1]
  })

  it('stops acting when it cannot renew, before anybody else begins', async () => {
    const { clock, acting, server, mostAtOnce } = openElection('one', 'two')
    await clock.pass(10_000)
    const [first = ''] = acting()
    const second = first === 'one' ? 'two' : 'one'
    server.cut.add(first)
    await clock.pass(10_500)
    expect(acting()).toEqual([])
    await clock.pass(8_000)
    expect([acting(), mostAtOnce.count]).toEqual([[second], 1])
    // The first one is back, sees who leads, and waits.
    server.cut.delete(first)
    await clock.pass(120_000)
    expect([acting(), mostAtOnce.count, server.lease()?.holder]).toEqual([[second], 1, second])
  })

  it('leads on when the server is away for a moment only', async () => {
    const { clock, acting, server } = openElection('one')
    await clock.pass(5_000)
    server.cut.add('one')
    await clock.pass(4_000)
    server.cut.delete('one')
    await clock.pass(30_000)
    expect(acting()).toEqual(['one'])
  })

  it('has nobody act while the server is away for an hour, and one lead after it', async () => {
    const { clock, acting, server, mostAtOnce } = openElection('one', 'two')
    await clock.pass(10_000)
    server.cut.add('one')
    server.cut.add('two')
    await clock.pass(3_600_000)
    expect(acting()).toEqual([])
    server.cut.clear()
    await clock.pass(120_000)
    expect([acting().length, mostAtOnce.count]).toEqual([1, 1])
  })

  it('leads on while its work ends in order, and cuts off what does not end', async () => {
    const clock = createFakeClock()
    const server = openServer(clock)
    const stop = new AbortController()
    const times = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000, graceMs: 12_000 }
    const election = new LeaderElection({ store: server.storeOf('one'), identity: 'one', clock, times })
    const held: [number, boolean][] = []
    const running = election.run(stop.signal, async (term) => {
      while (!term.over.aborted) {
        held.push([clock.now(), term.isHeld()])
        await clock.wait(1_000, term.over)
      }
    })
    await clock.pass(20_000)
    stop.abort()
    await clock.pass(60_000)
    await running
    const last = held.at(-1)?.[0] ?? 0
    expect([held.every(([, isHeld]) => isHeld), last > 30_000, last < 33_000]).toEqual([true, true, true])
    expect(server.lease()?.holder).toBe('')
  })

  it('gives the Lease up when its work breaks, and the next one takes over', async () => {
    const clock = createFakeClock()
    const server = openServer(clock)
    const election = new LeaderElection({ store: server.storeOf('one'), identity: 'one', clock })
    const running = election.run(new AbortController().signal, () => Promise.reject(new Error('broken')))
    const told = running.catch((error: Error) => error.message)
    await clock.pass(3_000)
    expect([await told, server.lease()?.holder, election.isLeader]).toEqual(['broken', '', false])
  })
})
