import {
  foreignLoad,
  limitBySaturation,
  noForeignLoad,
  type ReplicaRole,
  type ReplicaState,
  type ReportedLoad,
  type RequestSizes,
} from '../scheduling/index.ts'
import type { FlowLimits } from './contract.ts'
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
  readonly #flow: FlowLimits | undefined
  #foreign = noForeignLoad
  /** What the engine told this gateway last, where its queue goes by it. */
  #told: ReportedLoad | null = null

  constructor(replica: Replica, sizes: RequestSizes, flow: FlowLimits | undefined) {
    this.replica = replica
    replica.views.push(this)
    this.name = replica.name
    this.role = replica.role
    this.weight = replica.weight
    this.adapters = replica.adapters
    this.reported = replica.reported
    this.#sizes = sizes
    this.#flow = flow
  }

  /** Whether it may get one more request of this gateway's. */
  get isAvailable(): boolean {
    return this.replica.life === 'on' && this.ownRequests < this.#limit
  }

  get #limit(): number {
    const { maxInFlight = Infinity, saturation = false } = this.#flow ?? {}
    if (!saturation) return maxInFlight
    return limitBySaturation({ inFlight: this.inFlight, reported: this.#told }, maxInFlight)
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

  /** Its engine tells its load. @param countsOthers whether what is not this gateway's own counts too */
  hear(countsOthers: boolean): void {
    const { engine } = this.replica
    if (countsOthers) this.#foreign = foreignLoad(engine, this.ownRequests)
    if (this.#flow?.saturation !== true) return
    const { running, waiting, kvCacheUsage } = engine
    this.#told = { running, waiting, kvCacheUsage, ageMs: 0 }
  }
}
