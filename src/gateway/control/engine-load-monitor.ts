import type { EngineLoad } from '../../engines/contract.ts'
import { foreignLoad, loadReportMs, noForeignLoad, type ReportedLoad } from '../../scheduling/index.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { UpstreamCall } from '../data-plane/upstream/contract.ts'

/** Turns of `loadReportMs` until one that is not asked often is asked again: 2 s, since scaling looks at windows of many seconds. */
const turnsApart = 4
/** Of those at most this many are asked in a turn: 32 a second, one or two percent of a core. Beyond 64 replicas they take turns. */
const mostAskedAtOnce = 16
/** One that has not answered within this does not tell: it is asked anew. */
const answerWithinMs = 2_000
/** What others have at a replica counts for this long while its engine does not answer: a busy one may be late. */
const freshMs = 3_000
/** Who looks at loads looks again within this. */
const lookedAtMs = 10_000
/** Somebody who looks waits no longer than this for engines. */
const longestWaitMs = 500
/** Of more replicas, only those are asked whose model needs it: a tenth of a core would go on it. */
const mostAskedForLooks = 64
/** vLLM's metrics take 100 to 200 kB. */
const limitBytes = 4 * 2 ** 20

/** How the engine of a replica tells its load. */
export interface LoadSource {
  readonly path: string
  parse(metrics: string): EngineLoad
}

/** What the monitor works with. */
export interface EngineLoadOptions {
  readonly replicas: () => readonly ReplicaHandle[]
  /** How a replica is asked; null for one whose engine does not tell. */
  readonly sourceOf: (handle: ReplicaHandle) => LoadSource | null
  /** Whether its model is scaled by what its engine says. */
  readonly isScaled: (handle: ReplicaHandle) => boolean
  /** Whether others send requests to it, and a choice depends on how many. */
  readonly isShared: (handle: ReplicaHandle) => boolean
  /** Whether requests of its model wait where it says that it is saturated. */
  readonly isHeeded: (handle: ReplicaHandle) => boolean
  /** Whether choices between its model's replicas go by what their caches hold. */
  readonly isCacheWeighed: (handle: ReplicaHandle) => boolean
  /** What others have there, or what its engine told, has changed. */
  readonly onChange: (handle: ReplicaHandle) => void
}

/** A question that is out. */
interface Asked {
  readonly call: UpstreamCall
  readonly atMs: number
  /** Requests that this gateway had there then. */
  readonly own: number
}

/** What an engine told when this was made; what it does not tell is taken for none. */
class Report implements ReportedLoad {
  readonly running: number
  readonly waiting: number
  readonly kvCacheUsage: number
  readonly #atMs = performance.now()

  constructor({ running = 0, waiting = 0, kvCacheUsage = 0 }: EngineLoad) {
    this.running = running
    this.waiting = waiting
    this.kvCacheUsage = kvCacheUsage
  }

  get ageMs(): number {
    return performance.now() - this.#atMs
  }
}

/**
 * Asks engines how full they are, from their metrics, and keeps what they say last at their replicas: those that others send
 * requests to, or whose model's queue goes by it, every `loadReportMs`, those of models that are scaled by it or whose caches are weighed
 * every 2 s, or in turn where they are many, others while somebody looks. Such an answer is long, and costs this thread some tenths
 * of a millisecond.
 */
export class EngineLoadMonitor {
  readonly #options: EngineLoadOptions
  readonly #asked = new Map<ReplicaHandle, Asked>()
  /** When each told what others have there. */
  readonly #toldMs = new WeakMap<ReplicaHandle, number>()
  /** The turn in which each was asked last. */
  readonly #askedInTurn = new WeakMap<ReplicaHandle, number>()
  readonly #timer: NodeJS.Timeout
  #turn = 0
  /** Whose place is the first in the next turn. */
  #first = 0
  /** Somebody looks until then, by the clock of `performance.now()`. */
  #lookedAtUntilMs = -Infinity
  /** Resolves the waiting for the answers that are out. */
  #answered: PromiseWithResolvers<void> | null = null

  constructor(options: EngineLoadOptions) {
    this.#options = options
    this.#timer = setInterval(() => {
      this.#turn += 1
      this.#ask(mostAskedAtOnce)
    }, loadReportMs).unref()
  }

  /** Has all engines asked while somebody looks; resolves once those that are asked have answered, or after half a second. */
  async look(): Promise<void> {
    const now = performance.now()
    const isFirst = now > this.#lookedAtUntilMs
    this.#lookedAtUntilMs = now + lookedAtMs
    if (isFirst) this.#ask(Infinity)
    if (this.#asked.size === 0) return
    this.#answered ??= Promise.withResolvers()
    const waiting = setTimeout(this.#answered.resolve, longestWaitMs)
    await this.#answered.promise
    clearTimeout(waiting)
  }

  close(): void {
    clearInterval(this.#timer)
    for (const { call } of this.#asked.values()) call.abort()
    this.#asked.clear()
    this.#answered?.resolve()
  }

  /** @param most of those that are not asked often; with Infinity all of them are asked, whenever they were asked last */
  #ask(most: number): void {
    const now = performance.now()
    for (const [handle, { call, atMs }] of this.#asked) {
      if (now - atMs < answerWithinMs) continue
      call.abort()
      this.#end(handle, null)
    }
    const { replicas, sourceOf, isScaled, isShared, isHeeded, isCacheWeighed } = this.#options
    const handles = replicas()
    const isLookedAt = now < this.#lookedAtUntilMs && handles.length <= mostAskedForLooks
    const first = this.#first % Math.max(1, handles.length)
    let left = most
    for (let step = 0; step < handles.length; step += 1) {
      const place = (first + step) % handles.length
      const handle = handles[place]
      if (handle === undefined) continue
      const isTold = isShared(handle)
      const isOften = isTold || isHeeded(handle)
      const isAsked = isOften || isLookedAt || isScaled(handle) || isCacheWeighed(handle)
      const source = handle.isReachable && isAsked ? sourceOf(handle) : null
      if (source === null) handle.engineLoad = null
      else if (!this.#asked.has(handle) && (isOften || (left > 0 && this.#isDue(handle, most)))) {
        if (!isOften) {
          left -= 1
          if (left === 0) this.#first = place + 1
        }
        this.#askOne(handle, source, now)
      }
      const isFresh = source !== null && isTold && now - (this.#toldMs.get(handle) ?? -Infinity) <= freshMs
      if (isFresh || handle.foreign.requests === 0) continue
      handle.foreign = noForeignLoad
      this.#options.onChange(handle)
    }
  }

  #isDue(handle: ReplicaHandle, most: number): boolean {
    return most === Infinity || this.#turn - (this.#askedInTurn.get(handle) ?? -Infinity) >= turnsApart
  }

  #askOne(handle: ReplicaHandle, { path, parse }: LoadSource, atMs: number): void {
    this.#askedInTurn.set(handle, this.#turn)
    let text = ''
    let isOk = false
    const decoder = new TextDecoder()
    const call = handle.client.send(
      { method: 'GET', path, headers: handle.headers, body: null },
      {
        onHead: (status) => (isOk = status === 200),
        onData: (piece) => {
          if (text.length < limitBytes) text += decoder.decode(piece, { stream: true })
        },
        onEnd: () => this.#end(handle, isOk && text.length < limitBytes ? parse(text) : null),
        onFailure: () => this.#end(handle, null),
      },
    )
    this.#asked.set(handle, { call, atMs, own: handle.ownRequests })
  }

  #end(handle: ReplicaHandle, load: EngineLoad | null): void {
    const ownBefore = this.#asked.get(handle)?.own ?? 0
    this.#asked.delete(handle)
    handle.engineLoad =
      load === null
        ? null
        : {
            running: load.running ?? null,
            waiting: load.waiting ?? null,
            kvCacheUsage: load.kvCacheUsage ?? null,
            kvCacheTokens: load.kvCacheTokens ?? null,
          }
    if (load !== null) this.#take(handle, load, ownBefore)
    if (this.#asked.size > 0) return
    this.#answered?.resolve()
    this.#answered = null
  }

  #take(handle: ReplicaHandle, load: EngineLoad, ownBefore: number): void {
    const { running, waiting, kvCacheUsage, kvCacheTokens = 0 } = load
    const isSilent = running === undefined && waiting === undefined && kvCacheUsage === undefined
    handle.told = { kvCacheTokens, reported: isSilent ? null : new Report(load) }
    if (running !== undefined && this.#options.isShared(handle)) {
      this.#toldMs.set(handle, performance.now())
      // When in between the engine counted is not told: what was own at either end is not taken for others'.
      const own = Math.max(ownBefore, handle.ownRequests)
      handle.foreign = foreignLoad({ running, waiting: waiting ?? 0 }, own)
    }
    this.#options.onChange(handle)
  }
}
