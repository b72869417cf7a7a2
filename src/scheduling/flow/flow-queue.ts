import { Entry, EntryList, type WaitingRequest } from './entry.ts'
import { FairShare } from './fair-share.ts'
import { IndexedHeap } from './indexed-heap.ts'

/** Requests of one priority. */
interface Level<Payload> {
  readonly priority: number
  readonly fair: FairShare<Payload>
  /** Those that had their turn and found no place after all: they go first, and are not charged again. */
  readonly returned: EntryList<Payload>
  size: number
}

/** What became of a request that came. */
export type Enqueued<Payload> =
  | {
      readonly kind: 'waits'
      readonly entry: Entry<Payload>
      /** Who had to leave for it, with queue_full. */
      readonly displaced: Entry<Payload> | null
    }
  /** The queue is full, and nobody has to leave for it: queue_full. */
  | { readonly kind: 'full' }

const nobody = (): boolean => false

/**
 * Requests that wait for a replica of one model: bounded, by priority, fair between the tenants of a priority, each
 * with a deadline. Higher priorities go first whatever waits below. Every operation takes O(log n) amortised, n being
 * what waits; priorities are taken to be few (the Fleet names 32 at the most).
 */
export class FlowQueue<Payload> {
  /** Requests that may wait at once; a change takes force for those that come. */
  maxQueue: number
  /** Those with requests, the highest first. */
  readonly #levels: Level<Payload>[] = []
  readonly #deadlines = new IndexedHeap<Entry<Payload>>({
    isBefore: (a, b) => a.request.deadlineMs < b.request.deadlineMs,
    placeOf: ({ deadlinePlace }) => deadlinePlace,
    setPlace: (entry, place) => (entry.deadlinePlace = place),
  })
  #size = 0
  #tokens = 0

  constructor(maxQueue: number) {
    this.maxQueue = maxQueue
  }

  get size(): number {
    return this.#size
  }

  /** Tokens of all that wait. */
  get tokens(): number {
    return this.#tokens
  }

  /** The next deadline; Infinity for none. */
  get nextDeadlineMs(): number {
    return this.#deadlines.first?.request.deadlineMs ?? Infinity
  }

  /** By priority, the highest first: how many wait. */
  get lengths(): readonly { readonly priority: number; readonly length: number }[] {
    return this.#levels.map(({ priority, size }) => ({ priority, length: size }))
  }

  /** When the one came that has waited longest; null for none. Takes time linear in the tenants. */
  get oldestMs(): number | null {
    let oldest = Infinity
    for (const { fair, returned } of this.#levels) {
      for (const { enqueuedAtMs } of fair.oldest()) oldest = Math.min(oldest, enqueuedAtMs)
      for (let entry = returned.first; entry !== null; entry = entry.next) {
        oldest = Math.min(oldest, entry.enqueuedAtMs)
      }
    }
    return oldest === Infinity ? null : oldest
  }

  /**
   * A request comes. Where the queue is full, somebody leaves for it: the lowest priority below 0 that is lower than
   * its own; else, of its own priority, a tenant that has at least two entries more. Of either the newest entry of the
   * tenant with the most; below 0, where all that is left had its turn already, the newest of that.
   */
  enqueue(request: WaitingRequest<Payload>, nowMs: number): Enqueued<Payload> {
    const displaced = this.#size < this.maxQueue ? null : this.#findVictim(request)
    if (this.#size >= this.maxQueue && displaced === null) return { kind: 'full' }
    if (displaced !== null) this.#remove(displaced)
    const entry = new Entry(request, nowMs)
    const level = this.#levelOf(request.priority)
    level.fair.add(entry)
    this.#count(level, entry)
    return { kind: 'waits', entry, displaced }
  }

  /**
   * Takes out whose turn it is; null when nobody waits who may have one.
   * @param isPassedOver whether one may have none, because there is no place for it though there is for others: as one
   * that found none after all, it waits on before the others of its priority
   */
  dispatch(isPassedOver: (payload: Payload) => boolean = nobody): Entry<Payload> | null {
    for (const level of this.#levels) {
      for (let entry = level.returned.first; entry !== null; entry = entry.next) {
        if (isPassedOver(entry.request.payload)) continue
        this.#remove(entry)
        return entry
      }
      for (let taken = level.fair.take(); taken !== null; taken = level.fair.take()) {
        if (isPassedOver(taken.request.payload)) {
          level.returned.append(taken)
          continue
        }
        this.#discount(level, taken)
        return taken
      }
    }
    return null
  }

  /** One whose turn it was found no place after all: it waits on, before the others of its priority. */
  putBack(entry: Entry<Payload>): void {
    if (entry.isWaiting) throw new Error('an entry was put back that waits')
    const level = this.#levelOf(entry.request.priority)
    level.returned.append(entry)
    this.#count(level, entry)
  }

  /** One leaves of itself. Whether it still waited. */
  cancel(entry: Entry<Payload>): boolean {
    if (!entry.isWaiting) return false
    this.#remove(entry)
    return true
  }

  /** Takes out one whose deadline has come: queue_timeout; null when there is none. */
  expire(nowMs: number): Entry<Payload> | null {
    const entry = this.#deadlines.first
    if (entry === undefined || entry.request.deadlineMs > nowMs) return null
    this.#remove(entry)
    return entry
  }

  #findVictim({ priority, tenant }: WaitingRequest<Payload>): Entry<Payload> | null {
    const lowest = this.#levels.at(-1)
    if (lowest !== undefined && lowest.priority < 0 && lowest.priority < priority) {
      return lowest.fair.newestOfLongest?.entry ?? lowest.returned.last
    }
    const own = this.#levels.find((level) => level.priority === priority)?.fair
    const longest = own?.newestOfLongest ?? null
    return own !== undefined && longest !== null && longest.length >= own.lengthOf(tenant) + 2 ? longest.entry : null
  }

  #levelOf(priority: number): Level<Payload> {
    let place = 0
    for (; place < this.#levels.length; place += 1) {
      const level = this.#levels[place]
      if (level === undefined || level.priority < priority) break
      if (level.priority === priority) return level
    }
    const level: Level<Payload> = { priority, fair: new FairShare(), returned: new EntryList(), size: 0 }
    this.#levels.splice(place, 0, level)
    return level
  }

  #remove(entry: Entry<Payload>): void {
    const level = this.#levels.find(({ priority }) => priority === entry.request.priority)
    if (level === undefined) throw new Error('an entry left a queue that it was not in')
    if (entry.list === level.returned) level.returned.remove(entry)
    else level.fair.remove(entry)
    this.#discount(level, entry)
  }

  #count(level: Level<Payload>, entry: Entry<Payload>): void {
    level.size += 1
    this.#size += 1
    this.#tokens += entry.tokens
    if (entry.request.deadlineMs !== Infinity) this.#deadlines.push(entry)
  }

  #discount(level: Level<Payload>, entry: Entry<Payload>): void {
    level.size -= 1
    this.#size -= 1
    this.#tokens -= entry.tokens
    this.#deadlines.remove(entry)
    if (level.size === 0) this.#levels.splice(this.#levels.indexOf(level), 1)
  }
}
