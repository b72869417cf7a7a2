import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { cellsAt, createSeriesTable, SharedCells, type SeriesPlace } from '../../observe/contract.ts'
import { SeriesFold } from '../../observe/index.ts'
import { cellsPerReplica, ReplicaCounts } from '../data-plane/replica-counts.ts'
import { surplus } from './balance.ts'
import { ReplicaBoard } from './replica-board.ts'
import { countCrash, restartDelayMs } from './restart-delay.ts'

describe('a limit that threads share', () => {
  it('is never passed and never lost, whoever meets whom at its last place', async () => {
    const [threads, limit, rounds] = [3, 2, 20_000]
    const memory = new SharedArrayBuffer((threads * cellsPerReplica + 1) * 4)
    const url = new URL('../data-plane/replica-counts.ts', import.meta.url).href
    // Each takes and gives back again and again, and tells the most that it saw while it held a place.
    const code = `import { parentPort, workerData } from 'node:worker_threads'
const { cellsPerReplica, ReplicaCounts } = await import(${JSON.stringify(url)})
const { memory, row, rows, limit, rounds } = workerData
const cells = new Int32Array(memory, 0, rows * cellsPerReplica)
const held = new Int32Array(memory, cells.byteLength, 1)
const count = new ReplicaCounts({ cells, rowCells: cellsPerReplica, row, column: 0 })
let most = 0
for (let taken = 0; taken < rounds;) {
  if (!count.take(limit)) continue
  taken += 1
  most = Math.max(most, Atomics.add(held, 0, 1) + 1)
  Atomics.sub(held, 0, 1)
  count.giveBack()
}
parentPort.postMessage(most)`
    const most = await Promise.all(
      Array.from({ length: threads }, async (_, row) => {
        const workerData = { memory, row, rows: threads, limit, rounds }
        const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData })
        const { promise, resolve, reject } = Promise.withResolvers<number>()
        worker.on('message', resolve)
        worker.on('error', reject)
        return promise
      }),
    )
    expect(Math.max(...most)).toBeLessThanOrEqual(limit)
    expect(new Int32Array(memory)).toEqual(new Int32Array(threads * cellsPerReplica + 1))
  })

  it('cannot be given back more often than taken', () => {
    const count = new ReplicaCounts()
    expect(count.take(1)).toBe(true)
    expect(count.take(1)).toBe(false)
    count.giveBack()
    expect(() => count.giveBack()).toThrow('below zero')
  })
})

describe('what another thread counts', () => {
  it('is added once, goes on after its death, and does not bring back what was removed', () => {
    const cells = new SharedCells()
    const places: SeriesPlace[] = []
    const worker = createSeriesTable((name, labels, length) => {
      const place = { ...cells.allocate(length), name, labels }
      places.push(place)
      return cellsAt(place)
    })
    const table = createSeriesTable()
    const labels = { model: 'm', replica: 'm-0' }
    const own = table.counter('fairlead_gateway_replica_requests_total', labels)
    own.add(1)
    const fold = new SeriesFold(table)
    const counter = worker.counter('fairlead_gateway_replica_requests_total', labels)
    const durations = worker.histogram('fairlead_gateway_request_duration_seconds', { model: 'm' })
    for (const place of places) fold.add(place)
    counter.add(2)
    durations.observe(0.3)
    durations.observe(7)
    fold.fold()
    fold.fold()
    expect(own.value).toBe(3)
    const all = table.histogram('fairlead_gateway_request_duration_seconds', { model: 'm' })
    expect(all.sum).toBeCloseTo(7.3)
    expect(all.counts.reduce((sum, count) => sum + count, 0)).toBe(2)
    table.remove('fairlead_gateway_replica_requests_total', labels)
    fold.fold()
    expect([...table.all('fairlead_gateway_replica_requests_total')]).toEqual([])
  })
})

describe('the trial of a replica that was set aside', () => {
  it('is one thread’s, until the control thread ends it', () => {
    const board = new ReplicaBoard()
    const other = new ReplicaBoard(board.memory)
    board.write(7, {
      isReachable: true,
      isEjected: true,
      failuresInRow: 5,
      ejectedUntilMs: 12.5,
      silentSinceMs: 7.5,
      foreign: { requests: 3, waiting: 0.5 },
      told: { kvCacheTokens: 4096, reported: { running: 5, waiting: 2, kvCacheUsage: 0.75, ageMs: 400 } },
    })
    expect([6, 7, 8].map((slot) => other.toldAt(slot).kvCacheTokens)).toEqual([0, 4096, 0])
    const { reported } = other.toldAt(7)
    expect([other.toldAt(6).reported, other.toldAt(8).reported]).toEqual([null, null])
    expect([reported?.running, reported?.waiting, reported?.kvCacheUsage]).toEqual([5, 2, 0.75])
    expect(reported?.ageMs).toBeGreaterThanOrEqual(399)
    const foreign = other.foreignAt(7)
    expect([foreign.requests, foreign.waiting, other.foreignAt(8).requests]).toEqual([3, 0.5, 0])
    expect([other.isReachable(7), other.isEjected(7), other.failuresInRow(7)]).toEqual([true, true, 5])
    expect([other.ejectedUntilMs(7), other.silentSinceMs(7), other.silentSinceMs(8)]).toEqual([12.5, 7.5, 0])
    expect([board.takeTrial(7, 0), other.takeTrial(7, 1)]).toEqual([true, false])
    expect(other.trialOf(7)).toBe(0)
    board.endTrial(7)
    expect([other.trialOf(7), other.takeTrial(7, 1)]).toEqual([null, true])
    expect(other.isReachable(6)).toBe(false)
  })
})

describe('a worker that crashes', () => {
  it('gets its successor later each time, and soon again once one has served for a while', () => {
    expect([1, 2, 3, 8, 40].map(restartDelayMs)).toEqual([100, 200, 400, 10_000, 10_000])
    expect([countCrash(0, 10), countCrash(3, 10), countCrash(3, 60_000)]).toEqual([1, 4, 1])
  })
})

describe('connections that are out of balance', () => {
  it('move by half of what is too much, and not for what chance brings', () => {
    expect([surplus(40, 32), surplus(5, 1), surplus(0, 0), surplus(100, 50), surplus(64, 32)]).toEqual([
      0, 0, 0, 25, 16,
    ])
  })
})
