import { describe, expect, it } from 'vitest'
import type { FlowLimits, WorkloadRequest } from '../contract.ts'
import { simulate } from '../simulate.ts'
import { requestOf, simulationOf } from '../testing/simulations.ts'

const oneAtOnce: FlowLimits = { maxInFlight: 1, maxQueue: 100, maxWaitMs: Infinity }
const run = (requests: readonly WorkloadRequest[], flow: FlowLimits = oneAtOnce, replicas = 1) => {
  const { flow: figures, ...rest } = simulate(simulationOf(requests, { flow, replicas, policy: 'least-request' }))
  if (figures === null) throw new Error('no figures of the queue')
  return { ...rest, flow: figures }
}
/** Requests a millisecond apart; `of` says what is special of each. */
const some = (count: number, of: Partial<WorkloadRequest> | ((place: number) => Partial<WorkloadRequest>), first = 0) =>
  Array.from({ length: count }, (_, place) =>
    requestOf({ blocks: [first + place], atMs: place, ...(typeof of === 'function' ? of(place) : of) }),
  )

// proves F3 (simulated)
describe('the queue of a simulation', () => {
  it('is none where nobody asks for it, so that what is told without is told as before', () => {
    expect(simulate(simulationOf(some(3, {}))).flow).toBeNull()
  })

  it('holds what no replica has room for, one after another, and counts the wait in the time to the first token', () => {
    const { flow, ttftMs, requests } = run(some(10, {}))
    expect(requests).toBe(10)
    expect(flow.most).toBe(9)
    expect(flow.priorities).toEqual([
      expect.objectContaining({ name: '0', requests: 10, waited: 9, refused: { queue_full: 0, queue_timeout: 0 } }),
    ])
    expect(ttftMs.p99).toBeGreaterThan(flow.priorities[0]?.waitMs.p99 ?? Infinity)
  })

  it('sends the urgent before the rest, and sheds batch work first, as the gateway does', () => {
    const kinds = [
      { tenant: 'batch', priority: -1 },
      { tenant: 'chat', priority: 0 },
      { tenant: 'ops', priority: 9 },
    ]
    const mixed = some(60, (place) => kinds[place % 3] ?? {})
    const { flow } = run(mixed, { ...oneAtOnce, maxQueue: 40 })
    expect(flow.priorities.map(({ name }) => name)).toEqual(['9', '0', '-1'])
    const [ops, chat, batch] = flow.priorities
    expect(ops?.waitMs.p90).toBeLessThan(chat?.waitMs.p50 ?? 0)
    expect(batch?.refused.queue_full).toBeGreaterThan(0)
    expect([ops?.refused.queue_full, chat?.refused.queue_full]).toEqual([0, 0])
  })

  it('gives two tenants the same tokens while both wait, however many requests one of them sends', () => {
    const greedy = some(80, { tenant: 'greedy' })
    const modest = some(8, { tenant: 'modest' }, 1000)
    const { flow } = run([...greedy, ...modest].toSorted((one, other) => one.atMs - other.atMs))
    const [first, second] = flow.tenants
    expect([first?.name, second?.name]).toEqual(['greedy', 'modest'])
    expect(second?.waitMs.p90).toBeLessThan((first?.waitMs.p90 ?? 0) / 2)
  })

  it('holds requests back while the engine says that it has too much to do, in place of having them wait there', () => {
    // Six times what 16 at once can do: what comes within the first half second is there before anything is told.
    const asked = some(200, (place) => ({
      atMs: place * 10,
      outputTokens: 100,
      promptTokens: 128,
      blocks: [place, -1 - place],
    }))
    const waits = { maxInFlight: Infinity, maxQueue: Infinity, maxWaitMs: Infinity }
    const [without, held] = [run(asked, waits), run(asked, { ...waits, saturation: true })]
    expect([without.flow.most, without.flow.priorities[0]?.waited]).toEqual([0, 0])
    expect(held.flow.most).toBeGreaterThan(20)
    expect(held.flow.priorities[0]?.waited).toBeGreaterThan(50)
    expect(held.outputTokens).toBe(without.outputTokens)
    expect(held.flow.priorities[0]?.refused).toEqual({ queue_full: 0, queue_timeout: 0 })
  })

  it('lets go of who has waited for too long, and counts it as not served', () => {
    const { flow, goodput, ttftMs } = run(some(20, {}), { ...oneAtOnce, maxWaitMs: 50 })
    const refused = flow.priorities[0]?.refused.queue_timeout ?? 0
    expect(refused).toBeGreaterThan(5)
    expect(goodput).toBeLessThanOrEqual((20 - refused) / 20)
    expect(flow.priorities[0]?.waitMs.p99).toBeLessThanOrEqual(50)
    expect(ttftMs.p99).toBeLessThan(150)
  })

  it('lets what follows a refused request come all the same', () => {
    const { flow, outputTokens } = run(
      [requestOf({}), requestOf({ atMs: 1, blocks: [1] }), requestOf({ after: 1, atMs: 500, blocks: [2] })],
      { ...oneAtOnce, maxQueue: 0 },
    )
    expect(flow.priorities[0]?.refused.queue_full).toBe(1)
    expect(outputTokens).toBe(8)
  })
})
