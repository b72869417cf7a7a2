import { cellsAt, type SeriesTable, type SharedCells } from '../../observe/contract.ts'
import type { ModelCatalogue } from '../data-plane/model-catalogue.ts'
import { ReplicaHandle } from '../data-plane/replica-handle.ts'
import { TokenRate, tokenRateCells } from '../data-plane/token-rate.ts'
import { createUpstream } from '../data-plane/upstream/create-upstream.ts'
import type { CountMemory } from './count-memory.ts'
import type { FromWorker, ReplicaPlace } from './messages.ts'
import { RemoteJudge } from './remote-judge.ts'
import type { ReplicaBoard } from './replica-board.ts'
import { sharedOffsetMs, toOwnMs } from './thread-clock.ts'

/** What a worker's replicas are made with. */
export interface ReplicaSetParts {
  readonly row: number
  readonly counts: CountMemory
  readonly board: ReplicaBoard
  readonly cells: SharedCells
  readonly series: SeriesTable
  readonly post: (message: FromWorker) => void
}

/** The replicas of a worker: it has connections of its own, and shares how each one stands and is counted. */
export class ReplicaSet {
  readonly #parts: ReplicaSetParts
  #known = new Map<number, ReplicaHandle>()

  constructor(parts: ReplicaSetParts) {
    this.#parts = parts
  }

  get handles(): readonly ReplicaHandle[] {
    return [...this.#known.values()]
  }

  /** Takes the places of a snapshot; those that are gone finish what they have. */
  apply(places: readonly ReplicaPlace[], catalogue: ModelCatalogue): void {
    const before = this.#known
    this.#known = new Map()
    for (const place of places) {
      const handle = before.get(place.serial) ?? this.#create(place)
      handle.replica = place.replica
      handle.exactNumber = place.exactNumber
      handle.adapters = place.adapters
      this.#known.set(place.serial, handle)
    }
    for (const model of catalogue.models) model.takeReplicas(this.handles)
    for (const [serial, handle] of before) if (!this.#known.has(serial)) retire(handle)
  }

  /** Breaks every connection. */
  destroy(): void {
    for (const { client } of this.#known.values()) client.destroy()
  }

  #create({ serial, slot, replica, headers, connect, routes }: ReplicaPlace): ReplicaHandle {
    const { row, counts, board, cells, series, post } = this.#parts
    const tokens = cells.allocate(tokenRateCells)
    post({ type: 'tokens', serial, place: tokens })
    const handle: ReplicaHandle = new ReplicaHandle({
      replica,
      serial,
      headers,
      routes,
      client: createUpstream(replica.address, connect),
      requestsSeries: series.counter('fairlead_gateway_replica_requests_total', {
        model: replica.model,
        replica: replica.id,
      }),
      outlier: new RemoteJudge({ board, serial, slot, row, post, problem: () => handle.lastError }),
      counts: counts.at(row, slot),
      tokens: new TokenRate(cellsAt(tokens), sharedOffsetMs),
      isReachable: () => board.isReachable(slot),
      silentSince: () => {
        const since = board.silentSinceMs(slot)
        return since === 0 ? null : toOwnMs(since)
      },
      foreign: board.foreignAt(slot),
      told: board.toldAt(slot),
    })
    handle.onConnectFailure = (detail) => post({ type: 'connectFailed', serial, detail })
    return handle
  }
}

function retire(handle: ReplicaHandle): void {
  handle.isRetired = true
  handle.client.close()
}
