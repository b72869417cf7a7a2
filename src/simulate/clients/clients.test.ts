import { describe, expect, it } from 'vitest'
import type { Workload, WorkloadRequest } from '../contract.ts'
import { requestOf } from '../testing/simulations.ts'
import { Clients } from './clients.ts'

const workloadOf = (requests: readonly WorkloadRequest[], concurrency?: number): Workload => ({
  name: 'test',
  blockTokens: 64,
  requests,
  ...(concurrency === undefined ? {} : { concurrency }),
})

/** Clients, and what they said comes when. */
function clientsOf(workload: Workload, rate = 1) {
  const said: (readonly [number, number])[] = []
  const clients = new Clients(workload, rate, (place, atMs) => said.push([place, atMs]))
  clients.start()
  return { clients, said }
}

// proves F3 (simulated)
describe('Clients', () => {
  it('begin a stage when everything of the one before has ended, as a benchmark that waits between its steps', () => {
    const { clients, said } = clientsOf(
      workloadOf([requestOf({}), requestOf({ atMs: 10 }), requestOf({ atMs: 5, stage: 2 }), requestOf({ stage: 2 })]),
    )
    expect(said).toEqual([
      [0, 0],
      [1, 10],
    ])
    for (const place of [0, 1]) clients.admits(place)
    clients.ended(1, 700)
    expect(said).toHaveLength(2)
    clients.ended(0, 900)
    expect(said.slice(2)).toEqual([
      [2, 905],
      [3, 900],
    ])
  })

  it('let no more be under way than the load has clients, and send on the first that was held', () => {
    const { clients, said } = clientsOf(workloadOf([requestOf({}), requestOf({}), requestOf({})], 1))
    expect([0, 1, 2].map((place) => clients.admits(place))).toEqual([true, false, false])
    said.length = 0
    clients.ended(0, 40)
    expect(said).toEqual([[1, 40]])
    expect(clients.admits(1)).toBe(true)
  })

  it('let a follower come after its predecessor and the time that it thinks, a higher rate or not', () => {
    const { clients, said } = clientsOf(workloadOf([requestOf({ atMs: 100 }), requestOf({ after: 0, atMs: 50 })]), 2)
    expect(said).toEqual([[0, 50]])
    clients.admits(0)
    clients.ended(0, 300)
    expect(said.slice(1)).toEqual([[1, 350]])
  })

  it('let who was held come before who comes at the very time at which there is room', () => {
    const { clients } = clientsOf(workloadOf([requestOf({}), requestOf({}), requestOf({ atMs: 40 })], 1))
    expect([clients.admits(0), clients.admits(1)]).toEqual([true, false])
    clients.ended(0, 40)
    expect(clients.admits(2)).toBe(false)
    expect(clients.admits(1)).toBe(true)
  })
})
