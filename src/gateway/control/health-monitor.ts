import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import type { UpstreamCall } from '../data-plane/upstream/contract.ts'
import {
  nextHealth,
  probeDelayMs,
  unknownHealth,
  type HealthEvent,
  type HealthSettings,
  type HealthState,
} from './health-state.ts'

/** How a probe ends that has no answer within its time. */
const tooLate = 'no answer in time'

/** Probes one replica for as long as it is known, and keeps its `isReady`. */
export class HealthMonitor {
  readonly #handle: ReplicaHandle
  readonly #settings: () => HealthSettings
  readonly #path: string
  readonly #onChange: (isReady: boolean, isNew: boolean) => void
  readonly #onSilence: () => void
  readonly #looked = Promise.withResolvers<void>()
  #state: HealthState
  #timer: NodeJS.Timeout | undefined
  #call: UpstreamCall | null = null
  #isClosed = false
  /** Whether it may be a process that has not answered this gateway yet. */
  #isNew: boolean
  #hasAnswered: boolean
  /** When something came from it last. */
  #heardAt = performance.now()

  constructor(
    handle: ReplicaHandle,
    options: {
      /** Read at each probe. */
      readonly settings: () => HealthSettings
      /** Path that answers 2xx when the replica serves. */
      readonly path: string
      /** Whether the same process was ready a moment ago, when it was reached in another way. */
      readonly isReadyAtFirst: boolean
      /** Whether it ran before this gateway looked, if its first probe succeeds. */
      readonly isOldAtFirst: boolean
      /** Told with whether it may be a process that has not answered yet. */
      readonly onChange: (isReady: boolean, isNew: boolean) => void
      /** Told when it has fallen silent, or is not any more. */
      readonly onSilence: () => void
    },
  ) {
    this.#handle = handle
    this.#settings = options.settings
    this.#path = options.path
    this.#onChange = options.onChange
    this.#onSilence = options.onSilence
    this.#state = { ...unknownHealth, isReady: options.isReadyAtFirst }
    this.#isNew = !options.isReadyAtFirst && !options.isOldAtFirst
    this.#hasAnswered = options.isReadyAtFirst
    handle.isReady = options.isReadyAtFirst
    handle.onConnectFailure = (detail) => this.#note({ kind: 'connect_failed', detail })
    this.#probe()
  }

  /** Settles once a probe had an answer or found nobody; one that is only slow gets further ones first. */
  get looked(): Promise<void> {
    return this.#looked.promise
  }

  /** Probes now, since its source told something new. */
  hurry(): void {
    if (this.#call === null) this.#probe()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#call?.abort()
    this.#call = null
    this.#looked.resolve()
  }

  #probe(): void {
    clearTimeout(this.#timer)
    let status = 0
    const startedAt = performance.now()
    this.#timer = setTimeout(() => this.#finish(tooLate, true, startedAt), this.#settings().timeout)
    this.#timer.unref()
    const { client, headers } = this.#handle
    this.#call = client.send(
      { method: 'GET', path: this.#path, headers, body: null },
      {
        onHead: (received) => {
          status = received
          this.#heardAt = performance.now()
        },
        onData: () => {},
        onEnd: () => this.#finish(status >= 200 && status < 300 ? null : `status ${status}`, true, startedAt),
        onFailure: ({ detail, kind }) => this.#finish(detail, kind !== 'connect', startedAt),
      },
    )
  }

  #finish(problem: string | null, isConnected: boolean, startedAt: number): void {
    this.#call?.abort()
    this.#call = null
    clearTimeout(this.#timer)
    this.#note(problem === null ? { kind: 'probe_succeeded' } : { kind: 'probe_failed', detail: problem, isConnected })
    this.#noteSilence(startedAt)
    const isSlow = problem === tooLate && this.#state.failuresInRow < this.#settings().unhealthyAfter
    if (!isSlow) this.#looked.resolve()
  }

  /** A probe is over: one that is not ready has fallen silent unless that answered, or streams bring tokens. */
  #noteSilence(probedAt: number): void {
    const now = performance.now()
    if (this.#handle.tokensPerSecond(now) > 0) this.#heardAt = now
    const isSilent = !this.#state.isReady && this.#heardAt < probedAt
    const before = this.#handle.silentSince
    this.#handle.silentSince = isSilent ? this.#heardAt : null
    if (!this.#isClosed && (before === null) === isSilent) this.#onSilence()
  }

  #note(event: HealthEvent): void {
    if (this.#isClosed) return
    const wasReady = this.#state.isReady
    // A process that starts has no port yet, or says that it loads; one that is only busy keeps its connections.
    if (
      event.kind === 'connect_failed' ||
      (event.kind === 'probe_failed' && (!event.isConnected || !this.#hasAnswered))
    )
      this.#isNew = true
    this.#state = nextHealth(this.#state, event, this.#settings())
    this.#handle.isReady = this.#state.isReady
    if (this.#state.lastError !== null) this.#handle.lastError = this.#state.lastError
    else if (!wasReady) this.#handle.lastError = null
    // A probe under way plans the next one when it ends.
    if (this.#call === null) {
      clearTimeout(this.#timer)
      const isStarting = this.#handle.replica.phase === 'starting'
      this.#timer = setTimeout(() => this.#probe(), probeDelayMs(this.#state, isStarting, this.#settings()))
      this.#timer.unref()
    }
    // It was down, so it is another process or a mended one: what requests of before have shown counts no more.
    if (!wasReady && this.#state.isReady) this.#handle.outlier.reset()
    if (wasReady !== this.#state.isReady) this.#onChange(this.#state.isReady, this.#isNew)
    if (!this.#state.isReady) return
    this.#isNew = false
    this.#hasAnswered = true
  }
}
