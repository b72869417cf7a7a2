import type { EngineLoad } from '../../engines/contract.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { UpstreamCall } from '../data-plane/upstream/contract.ts'

/** How often engines are asked; scaling looks at windows of many seconds. */
const intervalMs = 2_000
/** Who looks at loads looks again within this. */
const lookedAtMs = 10_000
/** Somebody who looks waits no longer than this for engines. */
const longestWaitMs = 500
/** Of more replicas, only those are asked whose model is scaled by it: a tenth of a core would go on it. */
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
}

/**
 * Asks engines how full they are, from their metrics, and keeps what they say last at their replicas. Those of models that are
 * scaled by it are always asked, others while somebody looks: such an answer is long, and costs this thread a millisecond.
 */
export class EngineLoadMonitor {
  readonly #options: EngineLoadOptions
  readonly #calls = new Map<ReplicaHandle, UpstreamCall>()
  readonly #timer: NodeJS.Timeout
  /** Somebody looks until then, by the clock of `performance.now()`. */
  #lookedAtUntilMs = -Infinity
  /** Resolves the waiting for the answers that are out. */
  #answered: PromiseWithResolvers<void> | null = null

  constructor(options: EngineLoadOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#ask(), intervalMs).unref()
  }

  /** Has all engines asked while somebody looks; resolves once those that are asked have answered, or after half a second. */
  async look(): Promise<void> {
    const now = performance.now()
    const isFirst = now > this.#lookedAtUntilMs
    this.#lookedAtUntilMs = now + lookedAtMs
    if (isFirst) this.#ask()
    if (this.#calls.size === 0) return
    this.#answered ??= Promise.withResolvers()
    const waiting = setTimeout(this.#answered.resolve, longestWaitMs)
    await this.#answered.promise
    clearTimeout(waiting)
  }

  close(): void {
    clearInterval(this.#timer)
    for (const call of this.#calls.values()) call.abort()
    this.#calls.clear()
    this.#answered?.resolve()
  }

  #ask(): void {
    const handles = this.#options.replicas()
    for (const [handle, call] of this.#calls) {
      // It has not answered within a whole interval.
      call.abort()
      this.#end(handle, null)
    }
    const { sourceOf, isScaled } = this.#options
    const isLookedAt = performance.now() < this.#lookedAtUntilMs && handles.length <= mostAskedForLooks
    for (const handle of handles) {
      const source = handle.isReachable && (isLookedAt || isScaled(handle)) ? sourceOf(handle) : null
      if (source === null) handle.engineLoad = null
      else this.#askOne(handle, source)
    }
  }

  #askOne(handle: ReplicaHandle, { path, parse }: LoadSource): void {
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
    this.#calls.set(handle, call)
  }

  #end(handle: ReplicaHandle, load: EngineLoad | null): void {
    this.#calls.delete(handle)
    handle.engineLoad =
      load === null
        ? null
        : {
            running: load.running ?? null,
            waiting: load.waiting ?? null,
            kvCacheUsage: load.kvCacheUsage ?? null,
          }
    if (this.#calls.size > 0) return
    this.#answered?.resolve()
    this.#answered = null
  }
}
