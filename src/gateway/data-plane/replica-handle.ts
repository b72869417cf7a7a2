import { baseUrl, type Replica } from '../../discovery/index.ts'
import type { CounterSeries } from '../../observe/index.ts'
import { KnownRoutes, type EngineRoutes } from './known-routes.ts'
import { Outlier, type OutlierParts } from './outlier.ts'
import { TokenRate } from './token-rate.ts'
import type { UpstreamClient } from './upstream/contract.ts'

/** The right to one request on a replica: taken once, given back once, whoever ends first. */
export class Permit {
  #handle: ReplicaHandle | null

  constructor(handle: ReplicaHandle) {
    this.#handle = handle
    handle.inFlight += 1
  }

  /** Gives it back; a second call does nothing. */
  release(): void {
    const handle = this.#handle
    if (handle === null) return
    this.#handle = null
    handle.inFlight -= 1
    if (handle.inFlight < 0) throw new Error(`in-flight count of ${handle.id} fell below zero`)
  }
}

/** What a replica is reached with. */
export interface ReplicaHandleParts {
  readonly replica: Replica
  readonly client: UpstreamClient
  /** Header fields that every request to it carries, names and values in turn: the upstream's key. */
  readonly headers: readonly string[]
  readonly requestsSeries: CounterSeries
  /** The paths that its engine answers. */
  readonly routes: EngineRoutes
  /** When it is set aside for its failures. */
  readonly outlier: OutlierParts
}

/** A replica as the gateway uses it: connections, counts, and whether it may get requests. */
export class ReplicaHandle {
  readonly id: string
  readonly client: UpstreamClient
  readonly headers: readonly string[]
  readonly tokens = new TokenRate()
  readonly routes: KnownRoutes
  /** Passive health: what its requests show. */
  readonly outlier: Outlier
  readonly #requestsSeries: CounterSeries
  /** The latest word of its source; address and generation never change within a handle. */
  replica: Replica
  /** Whether probes succeed; kept by the health monitor. */
  isReady = false
  /** Whether it is no longer known; requests under way finish. */
  isRetired = false
  /** Requests that it is working on. */
  inFlight = 0
  /** Requests that were sent to it. */
  requests = 0
  lastError: string | null = null
  /** Tells the health monitor that a connection failed. */
  onConnectFailure: (detail: string) => void = () => {}

  constructor(parts: ReplicaHandleParts) {
    this.id = parts.replica.id
    this.replica = parts.replica
    this.client = parts.client
    this.headers = parts.headers
    this.routes = new KnownRoutes(parts.routes)
    this.outlier = new Outlier(parts.outlier)
    this.#requestsSeries = parts.requestsSeries
  }

  get address(): string {
    return baseUrl(this.replica.address)
  }

  /** Whether it could answer: probes succeed, and its source does not say that it stops. */
  get isReachable(): boolean {
    const { phase } = this.replica
    return this.isReady && !this.isRetired && (phase === 'serving' || phase === 'starting')
  }

  /** Whether it may get new requests. */
  get isAvailable(): boolean {
    return this.isReachable && !this.outlier.isOut
  }

  acquire(): Permit {
    this.requests += 1
    this.#requestsSeries.add(1)
    return new Permit(this)
  }
}
