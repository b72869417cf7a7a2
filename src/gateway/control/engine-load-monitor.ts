import type { EngineLoad } from '../../engines/contract.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { UpstreamCall } from '../data-plane/upstream/contract.ts'

/** How often engines are asked; scaling looks at windows of many seconds. */
const intervalMs = 2_000
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
  /** How a replica is asked; null for one of which nobody wants to know. */
  readonly sourceOf: (handle: ReplicaHandle) => LoadSource | null
}

/**
 * Asks engines how full they are, from their metrics, and keeps what they say last at their replicas. Only those of models
 * that are scaled by it are asked: such an answer is long, and costs this thread a millisecond.
 */
export class EngineLoadMonitor {
  readonly #options: EngineLoadOptions
  readonly #calls = new Map<ReplicaHandle, UpstreamCall>()
  readonly #timer: NodeJS.Timeout

  constructor(options: EngineLoadOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#ask(), intervalMs).unref()
  }

  close(): void {
    clearInterval(this.#timer)
    for (const call of this.#calls.values()) call.abort()
    this.#calls.clear()
  }

  #ask(): void {
    const handles = this.#options.replicas()
    for (const [handle, call] of this.#calls) {
      // It has not answered within a whole interval.
      call.abort()
      this.#end(handle, null)
    }
    for (const handle of handles) {
      const source = handle.isReachable ? this.#options.sourceOf(handle) : null
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
  }
}
