import {
  foreignLoad,
  noForeignLoad,
  type ReplicaRole,
  type ReplicaState,
  type RequestSizes,
} from '../scheduling/index.ts'
import type { OwnLoad, Replica } from './replica.ts'

/** A replica as one gateway sees it: what it has sent there itself, and what others have there as the engine last told. */
export class ReplicaView implements ReplicaState, OwnLoad {
  readonly replica: Replica
  readonly name: string
  readonly role: ReplicaRole
  readonly weight: number
  readonly adapters: ReadonlySet<string>
  readonly reported: Replica['reported']
  ownRequests = 0
  ownTokens = 0
  ownPrefillTokens = 0
  readonly #sizes: RequestSizes
  readonly #maxInFlight: number
  #foreign = noForeignLoad

  constructor(replica: Replica, sizes: RequestSizes, maxInFlight: number) {
    this.replica = replica
    replica.views.push(this)
    this.name = replica.name
    this.role = replica.role
    this.weight = replica.weight
    this.adapters = replica.adapters
    this.reported = replica.reported
    this.#sizes = sizes
    this.#maxInFlight = maxInFlight
  }

  /** Whether it may get one more request of this gateway's. */
  get isAvailable(): boolean {
    return this.replica.life === 'on' && this.ownRequests < this.#maxInFlight
  }

  get inFlight(): number {
    return this.ownRequests + this.#foreign.requests
  }

  get inFlightTokens(): number {
    return this.ownTokens + this.#foreign.requests * this.#sizes.tokens
  }

  get pendingPrefillTokens(): number {
    return this.ownPrefillTokens + this.#foreign.waiting * this.#sizes.uncachedTokens
  }

  /** Its engine tells its load. */
  hear(): void {
    this.#foreign = foreignLoad(this.replica.engine, this.ownRequests)
  }
}
