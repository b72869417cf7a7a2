/** When a replica is set aside for what its requests show: the Fleet's `gateway.ejection`, times in milliseconds. */
export interface OutlierSettings {
  /** Failed requests in a row that eject. */
  readonly failures: number
  /** Length of the first ejection; each one that follows soon is twice as long. */
  readonly time: number
}

/**
 * What a request says of its replica: `failure` for an error or silence; `broken` for a connection that broke, of which
 * a crash brings many at once; `none` where the request ended for another's reasons.
 */
export type Verdict = 'success' | 'failure' | 'broken' | 'none'

/** A request as its replica is judged by it. */
export interface JudgedRequest {
  /** As `begin` said, until its first byte: what comes of it then says nothing of a later ejection. */
  readonly isTrial: boolean
  /** Milliseconds of the clock. */
  readonly startedAt: number
}

/** What an outlier is judged with. */
export interface OutlierParts {
  /** Read at each decision, since a reload may change it. */
  readonly settings: () => OutlierSettings
  /** Milliseconds. */
  readonly clock: () => number
  /** Whether enough others are left. */
  readonly mayEject: () => boolean
  /** Told of each change, with the milliseconds that an ejection lasts, or null at its end. */
  readonly onChange: (ejectedForMs: number | null) => void
}

/** Passive health of one replica, as requests see it. */
export interface ReplicaJudge {
  /** Failed requests in a row. */
  readonly failuresInRow: number
  /** Milliseconds of this thread's clock until which it gets nothing; null while it is not set aside. */
  readonly ejectedUntil: number | null
  /** Whether it is set aside, a trial under way or not. */
  readonly isEjected: boolean
  /** Whether it gets no request now. */
  readonly isOut: boolean
  /** A request is sent to it; true when this is the trial. */
  begin(): boolean
  /** The first byte of an answer is there. */
  answered(isTrial: boolean): void
  /** A request is over. */
  end(verdict: Verdict, judged: JudgedRequest): void
  /** Forgets what was: another process answers behind the address. */
  reset(): void
}

/** An ejection is at most this many times as long as the first. */
const longestFactor = 16

/**
 * Passive health of one replica: it answers its probes, but do its requests succeed? After some failures in a row it
 * gets nothing for a time, then one trial request, whose first byte lets it in again on probation: the next failure
 * ejects it for twice as long.
 */
export class Outlier implements ReplicaJudge {
  readonly #parts: OutlierParts
  #failuresInRow = 0
  /** Ejections that followed each other closely. */
  #ejections = 0
  /** Null while it gets requests as any other. */
  #ejectedUntil: number | null = null
  #returnedAt = -Infinity
  #lastTime = 0
  #isTrialUnderWay = false
  #brokeAt = -Infinity

  constructor(parts: OutlierParts) {
    this.#parts = parts
  }

  get failuresInRow(): number {
    return this.#failuresInRow
  }

  get ejectedUntil(): number | null {
    return this.#ejectedUntil
  }

  get isEjected(): boolean {
    return this.#ejectedUntil !== null
  }

  get isOut(): boolean {
    return this.#ejectedUntil !== null && (this.#isTrialUnderWay || this.#parts.clock() < this.#ejectedUntil)
  }

  begin(): boolean {
    if (this.#ejectedUntil === null || this.isOut) return false
    this.#isTrialUnderWay = true
    return true
  }

  answered(isTrial: boolean): void {
    if (!isTrial || this.#ejectedUntil === null) return
    this.#ejectedUntil = null
    this.#isTrialUnderWay = false
    this.#returnedAt = this.#parts.clock()
    this.#failuresInRow = this.#parts.settings().failures - 1
    this.#parts.onChange(null)
  }

  end(verdict: Verdict, { isTrial, startedAt }: JudgedRequest): void {
    // Requests that break together are one failure, not as many in a row.
    const isCounted = verdict === 'failure' || (verdict === 'broken' && startedAt > this.#brokeAt)
    if (verdict === 'broken') this.#brokeAt = this.#parts.clock()
    if (this.#ejectedUntil !== null) {
      // What was sent before the ejection says nothing new.
      if (!isTrial) return
      this.#isTrialUnderWay = false
      if (verdict === 'success') this.answered(true)
      else if (isCounted) this.#eject()
      return
    }
    if (verdict === 'success') this.#failuresInRow = 0
    if (!isCounted) return
    this.#failuresInRow += 1
    if (this.#failuresInRow >= this.#parts.settings().failures && this.#parts.mayEject()) this.#eject()
  }

  reset(): void {
    const wasEjected = this.isEjected
    this.#failuresInRow = 0
    this.#ejections = 0
    this.#ejectedUntil = null
    this.#isTrialUnderWay = false
    if (wasEjected) this.#parts.onChange(null)
  }

  #eject(): void {
    const { settings, clock, onChange } = this.#parts
    const now = clock()
    const isSoon = this.#ejectedUntil !== null || now - this.#returnedAt <= 2 * this.#lastTime
    this.#ejections = isSoon ? this.#ejections + 1 : 1
    this.#lastTime = settings().time * Math.min(longestFactor, 2 ** (this.#ejections - 1))
    this.#ejectedUntil = now + this.#lastTime
    onChange(this.#lastTime)
  }
}

/** How many of `replicas` may be ejected at once: never all of them. */
export function mostEjected(replicas: number, maxShare: number): number {
  return Math.min(Math.floor(replicas * maxShare), replicas - 1)
}
