import type { Clock } from '../clock.ts'
import { TokenBucket } from './token-bucket.ts'

/** How failed work is put off. */
export interface QueueLimits {
  /** After the first failure; doubles with each further one. */
  readonly firstBackoffMs: number
  readonly mostBackoffMs: number
  /** Repetitions a second over all items, so that many that fail together do not press the API server. */
  readonly retriesPerSecond: number
  readonly retryBurst: number
}

/** As client-go has it for controllers (util/workqueue, default_rate_limiters.go), with a first wait that a person would not notice. */
const usualLimits: QueueLimits = {
  firstBackoffMs: 200,
  mostBackoffMs: 300_000,
  retriesPerSecond: 10,
  retryBurst: 100,
}

/** An item in somebody's hands; exactly one of its ends is called. */
export interface TakenWork<Need> {
  readonly key: string
  /** Everything that was asked for since it was taken last. */
  readonly needs: ReadonlySet<Need>
  /** How often it failed in a row. */
  readonly failures: number
  /** How long it could have been begun, in milliseconds. */
  readonly waitedMs: number
  /** It is done; `againAfterMs` has it looked at again. */
  done(againAfterMs?: number, need?: Need): void
  /** It is to be tried again with the same needs, later the more often it failed. Returns after how many milliseconds. */
  failed(): number
}

interface Item<Need> {
  readonly key: string
  needs: Set<Need>
  dueAt: number
  failures: number
  isTaken: boolean
}

/** Work by key. `Need` says what is to be done to it; several needs of one key are taken together. */
export class WorkQueue<Need extends string> {
  readonly #clock: Clock
  readonly #limits: QueueLimits
  readonly #retries: TokenBucket
  readonly #items = new Map<string, Item<Need>>()
  /** Wakes those who wait for work. */
  #changed = new AbortController()

  constructor(clock: Clock, limits: QueueLimits = usualLimits) {
    this.#clock = clock
    this.#limits = limits
    this.#retries = new TokenBucket(limits.retriesPerSecond, limits.retryBurst, clock.now())
  }

  /** Items that could be begun now. */
  get length(): number {
    const now = this.#clock.now()
    let count = 0
    for (const item of this.#items.values()) if (isWaiting(item) && item.dueAt <= now) count += 1
    return count
  }

  /** Asks for something to be done to an item, at once or later; the earliest time that was asked for counts. */
  add(key: string, need: Need, afterMs = 0): void {
    const dueAt = this.#clock.now() + afterMs
    const item = this.#items.get(key)
    if (item === undefined) {
      this.#items.set(key, { key, needs: new Set([need]), dueAt, failures: 0, isTaken: false })
    } else {
      item.dueAt = item.needs.size === 0 ? dueAt : Math.min(item.dueAt, dueAt)
      item.needs.add(need)
    }
    this.#wake()
  }

  /** Waits for something to do; undefined once the signal has fired. */
  async take(signal: AbortSignal): Promise<TakenWork<Need> | undefined> {
    while (!signal.aborted) {
      const next = this.#next()
      const now = this.#clock.now()
      if (next !== undefined && next.dueAt <= now) return this.#hand(next, now - next.dueAt)
      const wake = AbortSignal.any([signal, this.#changed.signal])
      await (next === undefined ? untilAborted(wake) : this.#clock.wait(next.dueAt - now, wake))
    }
    return undefined
  }

  #next(): Item<Need> | undefined {
    let first: Item<Need> | undefined
    for (const item of this.#items.values()) {
      if (isWaiting(item) && (first === undefined || item.dueAt < first.dueAt)) first = item
    }
    return first
  }

  #hand(item: Item<Need>, waitedMs: number): TakenWork<Need> {
    const { key, needs, failures } = item
    item.isTaken = true
    item.needs = new Set()
    const give = () => {
      item.isTaken = false
      if (item.needs.size === 0 && item.failures === 0) this.#items.delete(key)
      this.#wake()
    }
    return {
      key,
      needs,
      failures,
      waitedMs,
      done: (againAfterMs, need) => {
        item.failures = 0
        if (againAfterMs !== undefined && need !== undefined) this.add(key, need, againAfterMs)
        give()
      },
      failed: () => {
        const now = this.#clock.now()
        const { firstBackoffMs, mostBackoffMs } = this.#limits
        const backoff = Math.min(mostBackoffMs, firstBackoffMs * 2 ** Math.min(item.failures, 30))
        const afterMs = Math.max(backoff, this.#retries.take(now))
        item.failures += 1
        // What was asked for meanwhile may be the mend, so it is not put off for longer than it asked.
        const isAskedAgain = item.needs.size > 0
        item.dueAt = isAskedAgain ? Math.max(item.dueAt, now + firstBackoffMs) : now + afterMs
        for (const need of needs) item.needs.add(need)
        give()
        return item.dueAt - now
      },
    }
  }

  #wake(): void {
    const changed = this.#changed
    this.#changed = new AbortController()
    changed.abort()
  }
}

const isWaiting = <Need>({ isTaken, needs }: Item<Need>) => !isTaken && needs.size > 0

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
