import { array, assert, asyncProperty, boolean, constant, constantFrom, nat, oneof, record } from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSeriesTable } from '../../../observe/contract.ts'
import { QueueFigures } from './queue-figures.ts'
import type { Ticket } from './room.ts'
import { WaitingRoom, type BusyModel } from './waiting-room.ts'

/** A request of the model that the property tells of. */
interface Asked {
  state: 'waits' | 'has its turn' | 'runs' | 'is over'
  ticket: Ticket | null
}

const operation = oneof(
  { weight: 4, arbitrary: record({ kind: constant('join' as const), priority: constantFrom(-1, 0, 5) }) },
  { weight: 3, arbitrary: record({ kind: constant('end' as const) }) },
  { weight: 2, arbitrary: record({ kind: constant('leave' as const), which: nat() }) },
  { weight: 2, arbitrary: record({ kind: constant('settle' as const), isFull: boolean() }) },
  { weight: 1, arbitrary: record({ kind: constant('outage' as const), isOver: boolean() }) },
  // An engine tells that it has too much to do, or no more.
  { weight: 2, arbitrary: record({ kind: constant('report' as const), allowed: constantFrom(1, 2) }) },
)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

// proves C6 (real part)
describe('the room where requests wait', () => {
  it.each([
    ['of this thread, which take a turn at once', false],
    ['of other threads, which take it later', true],
  ])('loses nobody, gives nobody two turns and is empty in the end: requests %s', async (_title, isRemote) => {
    const runs = asyncProperty(array(operation, { maxLength: 80 }), nat(8), async (operations, maxQueue) => {
      let limit = 2
      const all: Asked[] = []
      const count = (state: Asked['state']) => all.filter((each) => each.state === state).length
      const replica = {
        isAvailable: true,
        isReachable: true,
        reported: null,
        get inFlight() {
          return count('runs')
        },
        get ownRequests() {
          return count('runs')
        },
      }
      const flow = { maxQueue, maxWait: 1e6, fairness: 'key' as const, priorities: [], saturation: false }
      const served: BusyModel = { model: { flow }, limitOf: () => limit, replicas: [replica], isWaking: false }
      const metrics = createSeriesTable()
      const figures = new QueueFigures()
      const room = new WaitingRoom(served, 'm', metrics, figures)
      const take = (asked: Asked) => {
        const isFull = replica.isAvailable && count('runs') >= limit
        asked.state = isFull ? 'waits' : replica.isAvailable ? 'runs' : 'is over'
        asked.ticket?.settle(isFull ? 'full' : replica.isAvailable ? 'got' : 'no_ready_replica')
      }
      const join = (priority: number) => {
        const asked: Asked = { state: 'waits', ticket: null }
        all.push(asked)
        const waiter = {
          onTurn: () => {
            if (asked.state !== 'waits') throw new Error(`one that ${asked.state} was given a turn`)
            asked.state = 'has its turn'
            if (!isRemote) take(asked)
          },
          onRefused: () => {
            if (asked.state !== 'waits') throw new Error(`one that ${asked.state} was refused`)
            asked.state = 'is over'
          },
        }
        asked.ticket = room.join(
          { tenant: `t${all.length % 3}`, priority, tokens: all.length, group: null },
          waiter,
          Infinity,
        )
      }
      for (const each of operations) {
        const ranBefore = count('runs')
        if (each.kind === 'join') join(each.priority)
        else if (each.kind === 'outage') replica.isAvailable = each.isOver
        else if (each.kind === 'report') {
          limit = each.allowed
          vi.advanceTimersByTime(30)
        } else if (each.kind === 'end') {
          const running = all.find(({ state }) => state === 'runs')
          if (running !== undefined) {
            running.state = 'is over'
            if (room.length > 0) room.onRoom()
          }
        } else if (each.kind === 'leave') {
          const left = all.filter(({ state }) => state === 'waits' || state === 'has its turn')
          const asked = left[each.which % Math.max(1, left.length)]
          if (asked !== undefined) {
            asked.state = 'is over'
            asked.ticket?.leave('client_closed')
          }
        } else {
          const asked = all.find(({ state }) => state === 'has its turn')
          if (asked !== undefined) take(asked)
        }
        await Promise.resolve()
        expect([room.length, figures.length, room.report.length]).toEqual(Array(3).fill(count('waits')))
        expect(count('runs')).toBeLessThanOrEqual(Math.max(limit, ranBefore))
        // Whoever may go has gone, or has its turn.
        const isLooked = each.kind === 'report' && replica.isAvailable && count('waits') > 0
        expect(count('runs') + count('has its turn')).toBeGreaterThanOrEqual(isLooked ? limit : 0)
      }
      // Everything that runs ends, and nobody is left behind.
      replica.isAvailable = true
      for (let round = 0; round < 4 * all.length + 4; round += 1) {
        for (const asked of all) {
          if (asked.state === 'has its turn') take(asked)
          else if (asked.state === 'runs') asked.state = 'is over'
        }
        vi.advanceTimersByTime(30)
        await Promise.resolve()
      }
      expect(count('is over')).toBe(all.length)
      expect(room.report).toMatchObject({ length: 0, tokens: 0, oldestMs: 0, priorities: [] })
      expect(vi.getTimerCount()).toBe(0)
      // Each has left once, for one reason.
      let outcomes = 0
      for (const { series } of metrics.all('fairlead_queue_outcomes_total')) outcomes += series.cells[0] ?? 0
      expect(outcomes).toBe(all.length)
    })
    await assert(runs, { numRuns: 300 })
  })
})
