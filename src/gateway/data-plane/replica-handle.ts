import { baseUrl, type Replica } from '../../discovery/contract.ts'
import {
  blockBytes,
  noForeignLoad,
  RequestSizes,
  type ForeignLoad,
  type ReplicaRole,
  type ReplicaState,
  type ReportedLoad,
} from '../../scheduling/index.ts'
import type { CounterSeries } from '../../observe/index.ts'
import { KnownRoutes, type EngineRoutes } from './known-routes.ts'
import type { ReplicaJudge } from './outlier.ts'
import { ReplicaCounts } from './replica-counts.ts'
import { TokenRate } from './token-rate.ts'
import type { UpstreamClient } from './upstream/contract.ts'

/** The right to one request on a replica: taken once, given back once, whoever ends first. */
export class Permit {
  #counts: ReplicaCounts | null

  /** For a request that was counted. */
  constructor(counts: ReplicaCounts) {
    this.#counts = counts
  }

  /** Gives it back; a second call does nothing. */
  release(): void {
    const counts = this.#counts
    this.#counts = null
    counts?.giveBack()
  }
}

/** An engine's own figures; null where it does not export one. */
export interface EngineReport {
  readonly running: number | null
  readonly waiting: number | null
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvCacheUsage: number | null
  /** Tokens that the KV cache holds. */
  readonly kvCacheTokens: number | null
}

/** What is kept of what an engine told, until it tells anew. */
export interface EngineTold {
  /** Tokens that its KV cache holds; 0 where it has not told. */
  readonly kvCacheTokens: number
  /** How full it was; null where it has not told. */
  readonly reported: ReportedLoad | null
}

const nothingTold: EngineTold = { kvCacheTokens: 0, reported: null }

/** What a replica is reached with. */
export interface ReplicaHandleParts {
  readonly replica: Replica
  readonly client: UpstreamClient
  /** Header fields that every request to it carries, names and values in turn: the upstream's key. */
  readonly headers: readonly string[]
  readonly requestsSeries: CounterSeries
  /** The paths that its engine answers. */
  readonly routes: EngineRoutes
  /** Says when it is set aside for its failures. */
  readonly outlier: ReplicaJudge
  /** Its number among all threads; 0 where there is one. */
  readonly serial?: number
  /** Where its requests are counted; of this thread alone when absent. */
  readonly counts?: ReplicaCounts
  /** Its tokens a second; of this thread alone when absent. */
  readonly tokens?: TokenRate
  /** Whether it could answer, where another thread finds that out. */
  readonly isReachable?: () => boolean
  /** Since when it has answered nothing, where another thread finds that out. */
  readonly silentSince?: () => number | null
  /** What others have there, where another thread finds that out. */
  readonly foreign?: ForeignLoad
  /** What its engine told, where another thread finds that out. */
  readonly told?: EngineTold
}

const noAdapters: ReadonlySet<string> = new Set()
/** Bytes of a token of English text, as long as no answer has told how many a prompt had. */
export const bytesPerToken = 4
export const blockTokens = blockBytes / bytesPerToken

/** A replica as the gateway uses it: connections, counts, and whether it may get requests. */
export class ReplicaHandle implements ReplicaState {
  readonly id: string
  /** What threads know it by, among each other. */
  readonly serial: number
  readonly client: UpstreamClient
  readonly headers: readonly string[]
  readonly tokens: TokenRate
  readonly routes: KnownRoutes
  /** Passive health: what its requests show. */
  readonly outlier: ReplicaJudge
  readonly #requestsSeries: CounterSeries
  readonly #requestsBefore: number
  readonly #isReachable: (() => boolean) | null
  readonly #silentSince: (() => number | null) | null
  #ownSilentSince: number | null = null
  /** The latest word of its source; address and generation never change within a handle. */
  replica: Replica
  /** Whether probes succeed; kept by the health monitor. */
  isReady = false
  /** Whether it is asked something small first, while others serve. */
  isWarmingUp = false
  /** Whether adapters of its model are being loaded into it for the first time. */
  isLoadingAdapters = false
  /** Whether it is no longer known; requests under way finish. */
  isRetired = false
  /** The same, as other threads see it. */
  readonly otherTokens = new Set<TokenRate>()
  /** Its number in what is known of engines' caches; -1 where nothing is. */
  exactNumber = -1
  /** What it has to do for this gateway. */
  counts: ReplicaCounts
  /** What others have there, as its engine told last: other gateways, and clients that go past this one. */
  foreign: ForeignLoad
  /** What its engine told of itself. */
  told: EngineTold
  /** What its model's requests are like. */
  sizes = new RequestSizes()
  readonly weight = 1
  /** LoRA adapters that it may be asked for now. */
  adapters: ReadonlySet<string> = noAdapters
  lastError: string | null = null
  /** What its engine said of itself last, where it is asked. */
  engineLoad: EngineReport | null = null
  /** Tells the health monitor that a connection failed. */
  onConnectFailure: (detail: string) => void = () => {}

  constructor(parts: ReplicaHandleParts) {
    this.id = parts.replica.id
    this.serial = parts.serial ?? 0
    this.replica = parts.replica
    this.client = parts.client
    this.headers = parts.headers
    this.routes = new KnownRoutes(parts.routes)
    this.outlier = parts.outlier
    this.counts = parts.counts ?? new ReplicaCounts()
    this.tokens = parts.tokens ?? new TokenRate()
    this.foreign = parts.foreign ?? noForeignLoad
    this.told = parts.told ?? nothingTold
    this.#requestsSeries = parts.requestsSeries
    this.#requestsBefore = parts.requestsSeries.value
    this.#isReachable = parts.isReachable ?? null
    this.#silentSince = parts.silentSince ?? null
  }

  /** As policies know it. */
  get name(): string {
    return this.id
  }

  get role(): ReplicaRole {
    return this.replica.role
  }

  /** Whether a change of its model is tried on it. */
  get isCanary(): boolean {
    return this.replica.canaryShare !== undefined
  }

  /** Tokens of prompts that it computes before it answers, of this gateway. */
  get ownPrefillTokens(): number {
    return this.counts.pendingBlocks * blockTokens
  }

  /** The same, with what others have waiting there. */
  get pendingPrefillTokens(): number {
    const { waiting } = this.foreign
    return this.ownPrefillTokens + (waiting === 0 ? 0 : waiting * this.sizes.uncachedTokens)
  }

  /** Tokens of this gateway's requests, and about those of others'. */
  get inFlightTokens(): number {
    const { requests } = this.foreign
    return this.counts.tokens + (requests === 0 ? 0 : requests * this.sizes.tokens)
  }

  get address(): string {
    return baseUrl(this.replica.address)
  }

  /** Requests of this gateway that it is working on, of all threads: what limits are about. */
  get ownRequests(): number {
    return this.counts.requests
  }

  /** How full its engine was when it told last; how long ago that is it says itself. */
  get reported(): ReportedLoad | null {
    return this.told.reported
  }

  /** Requests that it is working on, with those of others: what choices are about. */
  get inFlight(): number {
    return this.counts.requests + this.foreign.requests
  }

  /** Output tokens a second, over all threads. */
  tokensPerSecond(nowMs: number): number {
    let total = this.tokens.perSecond(nowMs)
    for (const rate of this.otherTokens) total += rate.perSecond(nowMs)
    return total
  }

  /** Requests that were sent to it. */
  get requests(): number {
    return this.#requestsSeries.value - this.#requestsBefore
  }

  /** Whether it could answer: probes succeed, it is warm, and its source does not say that it stops. */
  get isReachable(): boolean {
    if (this.#isReachable !== null) return !this.isRetired && this.#isReachable()
    const { phase } = this.replica
    return this.isReady && !this.isWarmingUp && !this.isRetired && (phase === 'serving' || phase === 'starting')
  }

  /**
   * Milliseconds of this thread's clock since which nothing at all has come from it, neither to probes nor to requests;
   * null while probes succeed, or something else comes. Kept by the health monitor.
   */
  get silentSince(): number | null {
    return this.#silentSince === null ? this.#ownSilentSince : this.#silentSince()
  }

  set silentSince(sinceMs: number | null) {
    this.#ownSilentSince = sinceMs
  }

  /** Whether it may get new requests. */
  get isAvailable(): boolean {
    return this.isReachable && !this.outlier.isOut
  }

  /** The right to one request, unless as many as `limit` are under way. */
  acquire(limit: number): Permit | null {
    return this.counts.take(limit) ? new Permit(this.counts) : null
  }

  /** Counts a request that is sent to it. */
  noteRequest(): void {
    this.#requestsSeries.add(1)
  }
}
