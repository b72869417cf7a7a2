import type { Clock } from '../clock.ts'
import { claim, mayTake, sightOf, type LeaseSight } from './lease-decision.ts'
import type { LeaseStore, StoredLease } from './lease-store.ts'

/** The times of an election; the duration is longest and the retry shortest. */
export interface ElectionTimes {
  /** A holder that is silent for so long may be replaced. */
  readonly durationMs: number
  /** A holder that could not renew for so long stops acting, before anybody may replace it. */
  readonly renewDeadlineMs: number
  readonly retryMs: number
  /** How long work that is to end may take for it while we go on leading. */
  readonly graceMs: number
}

/** What client-go and the controllers of Kubernetes take (leaderelection.go: 15 s, 10 s, 2 s). */
const usualTimes: ElectionTimes = {
  durationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryMs: 2_000,
  graceMs: 15_000,
}

/** A time of leading. */
export interface Term {
  /** Grows with every change of the leader. */
  readonly number: number
  /** Fires when the work is to end, for whatever reason. */
  readonly signal: AbortSignal
  /** Fires when it has to have ended: the Lease was lost, or an orderly end took too long. */
  readonly over: AbortSignal
  /** Whether we lead at this very moment: asked before each write, since a process that was stopped wakes with old plans. */
  isHeld(): boolean
}

/** What an election needs. */
export interface ElectionParts {
  readonly store: LeaseStore
  /** Told apart from every other controller and every other start of this one. */
  readonly identity: string
  readonly clock: Clock
  readonly times?: ElectionTimes
  /** 0 to 1, 1 excluded; spreads the tries of those who wait. */
  readonly random?: () => number
  /** The Lease could not be read or written. */
  readonly onError?: (error: unknown) => void
}

/** Takes part in an election for as long as it runs. */
export class LeaderElection {
  readonly #store: LeaseStore
  readonly #identity: string
  readonly #clock: Clock
  readonly #times: ElectionTimes
  readonly #random: () => number
  readonly #onError: (error: unknown) => void
  #sight: LeaseSight | undefined
  /** Until when we lead, by our own clock. */
  #heldUntilMs = Number.NEGATIVE_INFINITY
  #lastStepMs: number

  constructor({ store, identity, clock, times = usualTimes, random = Math.random, onError }: ElectionParts) {
    this.#store = store
    this.#identity = identity
    this.#clock = clock
    this.#times = times
    this.#random = random
    this.#onError = onError ?? (() => undefined)
    this.#lastStepMs = clock.now()
  }

  /** Whether we lead now. */
  get isLeader(): boolean {
    return this.#clock.now() < this.#heldUntilMs
  }

  /** Whether this election still takes steps: false when its loop hangs, which a restart mends. */
  get isAlive(): boolean {
    return this.#clock.now() - this.#lastStepMs < this.#times.durationMs * 2
  }

  /**
   * Runs until the signal fires: `lead` is called for each term, and has to end when the term’s signal fires. The Lease is let
   * go only after it has ended, so that whoever comes next comes alone.
   */
  async run(signal: AbortSignal, lead: (term: Term) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      const lease = await this.#acquire(signal)
      if (lease !== undefined) await this.#serve(lease, signal, lead)
    }
  }

  async #acquire(signal: AbortSignal): Promise<StoredLease | undefined> {
    while (!signal.aborted) {
      const lease = await this.#try(false)
      if (lease !== undefined) return lease
      await this.#clock.wait(this.#times.retryMs * (1 + this.#random() * 0.2), signal)
    }
    return undefined
  }

  async #serve(first: StoredLease, signal: AbortSignal, lead: (term: Term) => Promise<void>): Promise<void> {
    const over = new AbortController()
    const ended = new AbortController()
    const stop = AbortSignal.any([signal, over.signal])
    const term: Term = {
      number: first.transitions,
      signal: stop,
      over: over.signal,
      isHeld: () => !over.signal.aborted && this.isLeader,
    }
    const cutOff = async () => {
      await this.#clock.wait(this.#times.graceMs, ended.signal)
      over.abort()
    }
    signal.addEventListener('abort', cutOff, { once: true })
    if (signal.aborted) void cutOff()
    // A term whose work breaks is over too: the Lease goes to whoever can do it.
    const leading = lead(term).finally(() => ended.abort())
    leading.catch(() => undefined)
    await this.#renewWhileHeld(ended.signal)
    over.abort()
    try {
      await leading
    } finally {
      signal.removeEventListener('abort', cutOff)
      await this.#release()
    }
  }

  async #renewWhileHeld(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const left = this.#heldUntilMs - this.#clock.now()
      if (left <= 0) return
      await this.#clock.wait(Math.min(this.#times.retryMs, left), signal)
      if (signal.aborted || !this.isLeader) return
      if (!(await this.#renew(signal))) return
    }
  }

  /** One try to renew that lasts no longer than we lead; false when somebody else does. */
  async #renew(signal: AbortSignal): Promise<boolean> {
    const over = new AbortController()
    const left = this.#heldUntilMs - this.#clock.now()
    const late = this.#clock.wait(left, AbortSignal.any([signal, over.signal])).then(() => 'late' as const)
    const outcome = await Promise.race([this.#try(true), late])
    over.abort()
    if (outcome === 'late') return signal.aborted
    return outcome !== undefined || this.#sight?.lease?.holder === this.#identity
  }

  /** Takes the Lease or renews it where that is allowed; undefined where it is not, or where it failed. */
  async #try(isRenewal: boolean): Promise<StoredLease | undefined> {
    const beganMs = this.#clock.now()
    this.#lastStepMs = beganMs
    try {
      let known = this.#sight?.lease
      if (!isRenewal || known?.holder !== this.#identity) {
        known = await this.#store.read()
        this.#sight = sightOf(this.#sight, known, this.#clock.now())
        if (!mayTake(this.#sight, this.#identity, this.#clock.now())) return undefined
        if (isRenewal && known?.holder !== this.#identity) return undefined
      }
      const seconds = Math.ceil(this.#times.durationMs / 1000)
      const written = await this.#store.write(claim(known, this.#identity, seconds, this.#clock.date()))
      // Somebody was quicker: what they wrote is read before the next try.
      if (written === undefined) {
        this.#sight = sightOf(this.#sight, await this.#store.read(), this.#clock.now())
        return undefined
      }
      this.#sight = sightOf(this.#sight, written, this.#clock.now())
      // From before the request, since the others count from when they see its effect.
      this.#heldUntilMs = Math.max(this.#heldUntilMs, beganMs + this.#times.renewDeadlineMs)
      return written
    } catch (error) {
      this.#onError(error)
      return undefined
    }
  }

  /** Lets go, so that the next one need not wait for the Lease to run out. */
  async #release(): Promise<void> {
    const lease = this.#sight?.lease
    const wasHeld = this.isLeader
    this.#heldUntilMs = Number.NEGATIVE_INFINITY
    if (!wasHeld || lease?.holder !== this.#identity) return
    try {
      await this.#store.write({ ...lease, holder: '', durationSeconds: 1, renewedAt: lease.renewedAt })
    } catch (error) {
      this.#onError(error)
    }
    this.#sight = undefined
  }
}
