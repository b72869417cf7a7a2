import { FlowQueue, type Entry } from '../../scheduling/index.ts'
import type { FlowLimits, RefusalReason, WorkloadRequest } from '../contract.ts'
import type { ReplicaView } from '../replica-view.ts'

/** A request that leaves the queue without having been served. */
export interface Refusal {
  readonly place: number
  readonly reason: RefusalReason
}

/** Replicas take on whatever comes: who waits does so because the policy names nobody. */
const unlimited: FlowLimits = { maxInFlight: Infinity, maxQueue: Infinity, maxWaitMs: Infinity }

/** The queue before the replicas: the scheduler's, with turns given as the gateway gives them. */
export class WaitingLine {
  readonly #limits: FlowLimits
  readonly #queue: FlowQueue<number>
  readonly #replicas: readonly ReplicaView[]

  /** @param replicas those that answer */
  constructor(limits: FlowLimits | undefined, replicas: readonly ReplicaView[]) {
    this.#limits = limits ?? unlimited
    this.#queue = new FlowQueue(this.#limits.maxQueue)
    this.#replicas = replicas
  }

  /** Requests that wait. */
  get length(): number {
    return this.#queue.size
  }

  /** Whether a request that comes now goes on at once: there is room, and nobody was before it. */
  get isOpen(): boolean {
    return this.#queue.size === 0 && this.#hasRoom
  }

  /**
   * A request waits.
   * @param tokens of its prompt and of the answer that is expected
   * @returns who is refused for it, itself maybe, and when its deadline is
   */
  join(
    place: number,
    { tenant, priority }: WorkloadRequest,
    tokens: number,
    nowMs: number,
  ): { readonly refused: Refusal | null; readonly deadlineMs: number } {
    const deadlineMs = nowMs + this.#limits.maxWaitMs
    const outcome = this.#queue.enqueue({ tenant, priority, tokens, deadlineMs, payload: place }, nowMs)
    if (outcome.kind === 'full') return { refused: { place, reason: 'queue_full' }, deadlineMs: Infinity }
    const { displaced } = outcome
    return {
      refused: displaced === null ? null : { place: displaced.request.payload, reason: 'queue_full' },
      deadlineMs,
    }
  }

  /** Gives turns as long as there is room. @param send sends a request; false where it may go nowhere after all */
  serve(send: (place: number) => boolean): void {
    while (this.#hasRoom) {
      const entry: Entry<number> | null = this.#queue.dispatch()
      if (entry === null) return
      if (send(entry.request.payload)) continue
      this.#queue.putBack(entry)
      return
    }
  }

  /** Somebody's deadline has come: who it is, null where there is none left. */
  expire(nowMs: number): Refusal | null {
    const entry = this.#queue.expire(nowMs)
    return entry === null ? null : { place: entry.request.payload, reason: 'queue_timeout' }
  }

  get #hasRoom(): boolean {
    return this.#replicas.some(({ isAvailable }) => isAvailable)
  }
}
