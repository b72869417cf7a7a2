import type { Reason } from '../../../errors/index.ts'
import type { Model } from '../../../fleet/index.ts'
import type { SeriesTable } from '../../../observe/index.ts'
import { DrainRate, FlowQueue, type Entry } from '../../../scheduling/index.ts'
import type { Candidate, ReplicaLimits } from '../choose-replica.ts'
import { QueueFigures } from './queue-figures.ts'
import { tellRetryAfter } from './retry-after.ts'
import type { Room, Standing, Ticket, TurnOutcome, Waiter } from './room.ts'

/** What is looked at of a model that others wait for. */
export interface BusyModel extends ReplicaLimits {
  readonly model: Pick<Model, 'flow'>
  readonly replicas: readonly Candidate[]
  /** Whether it has no replica and is going to have one. */
  readonly isWaking: boolean
}

/** How often who waits is looked at, beside each end of a request: a replica may have come back, its engine may have told of room, or time may be over. */
const tickMs = 25
/** Turns that are given at once; the rest come with the next look. */
const mostTurns = 1_000

/** A place in the queue, and where it stands: it waits, it has its turn, or it is over. */
interface Place extends Ticket {
  readonly waiter: Waiter
  readonly group: string | null
  entry: Entry<Place> | null
  isTurn: boolean
}

/** What is told of a queue. */
export interface QueueReport {
  readonly length: number
  readonly tokens: number
  /** Milliseconds that the one has waited which came first; 0 where nobody waits. */
  readonly oldestMs: number
  readonly drainPerSecond: number | null
  readonly priorities: readonly { readonly priority: number; readonly length: number }[]
}

/**
 * Where requests wait for replicas of one model: the queue, and who gives the turns. There is one for each model in a
 * gateway, in the thread that serves clients or, with several of these, in the one that controls them.
 */
export class WaitingRoom<Served extends BusyModel> implements Room<Served> {
  #model: Served
  readonly #queue: FlowQueue<Place>
  readonly #drain = new DrainRate()
  readonly #figures: QueueFigures
  readonly #series: (reason: Reason | '') => { add(amount: number): void }
  readonly #waited: { observe(value: number): void }
  /** Turns that were given and have not been settled. */
  #turns = 0
  /** Whether the last turn found no room after all. */
  #isStalled = false
  /** Groups for which a turn found none, though replicas for others may have some. */
  readonly #fullGroups = new Set<string>()
  #isServing = false
  #isDue = false
  #timer: NodeJS.Timeout | null = null

  constructor(model: Served, name: string, metrics: SeriesTable, figures = new QueueFigures()) {
    this.#model = model
    this.#queue = new FlowQueue(model.model.flow.maxQueue)
    this.#figures = figures
    this.#waited = metrics.histogram('fairlead_queue_wait_seconds', { model: name })
    this.#series = (reason) => metrics.counter('fairlead_queue_outcomes_total', { model: name, reason })
  }

  get model(): Served {
    return this.#model
  }

  set model(model: Served) {
    this.#model = model
    this.#queue.maxQueue = model.model.flow.maxQueue
    this.onRoom()
  }

  get length(): number {
    return this.#figures.length
  }

  get report(): QueueReport {
    const { size, tokens, oldestMs, lengths } = this.#queue
    const now = performance.now()
    return {
      length: size,
      tokens,
      oldestMs: oldestMs === null ? 0 : Math.round(now - oldestMs),
      drainPerSecond: this.#drain.perSecond(now),
      priorities: lengths,
    }
  }

  join(standing: Standing, waiter: Waiter, untilMs: number): Ticket {
    const { group, ...asked } = standing
    const place: Place = {
      waiter,
      group,
      entry: null,
      isTurn: false,
      leave: (reason) => this.#leave(place, reason),
      settle: (outcome) => this.#settle(place, outcome),
    }
    const request = { ...asked, deadlineMs: untilMs, payload: place }
    const outcome = this.#queue.enqueue(request, performance.now())
    if (outcome.kind === 'full') {
      this.#publish()
      this.#series('queue_full').add(1)
      waiter.onRefused()
      return place
    }
    place.entry = outcome.entry
    if (outcome.displaced !== null) this.#refuse(outcome.displaced)
    this.#publish()
    // Room may have come while it was on its way.
    this.onRoom()
    return place
  }

  /** Gives turns soon: after whoever is at work now, which may have more to do with the place that it left. */
  onRoom(): void {
    this.#isStalled = false
    this.#fullGroups.clear()
    this.#serveSoon()
  }

  #serveSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    queueMicrotask(() => {
      this.#isDue = false
      this.#serve()
    })
  }

  retryAfterSeconds(): number {
    return tellRetryAfter(this.#figures)
  }

  /** Gives turns as long as there is room for more than have theirs already. */
  #serve(): void {
    if (this.#isServing) return
    this.#isServing = true
    try {
      for (let turns = 0; turns < mostTurns && !this.#isStalled && this.#hasRoom(); turns += 1) {
        const entry = this.#queue.dispatch(this.#isPassedOver)
        if (entry === null) break
        const place = entry.request.payload
        place.isTurn = true
        this.#turns += 1
        place.waiter.onTurn()
      }
    } finally {
      this.#isServing = false
      this.#publish()
    }
  }

  readonly #isPassedOver = ({ group }: Place): boolean => group !== null && this.#fullGroups.has(group)

  /** Where no replica may get requests and none is to come, everybody has a turn, to go to another model or to be told so. */
  #hasRoom(): boolean {
    const model = this.#model
    let room = -this.#turns
    let isSomeAvailable = false
    for (const replica of model.replicas) {
      if (!replica.isAvailable) continue
      isSomeAvailable = true
      room += Math.max(0, model.limitOf(replica) - replica.ownRequests)
      if (room > 0) return true
    }
    return !isSomeAvailable && !model.isWaking
  }

  #leave(place: Place, reason: Reason): void {
    const { entry } = place
    if (entry === null) return
    place.entry = null
    if (place.isTurn) this.#turns -= 1
    else this.#queue.cancel(entry)
    this.#count(entry, reason)
    this.#publish()
    // Its turn is another's.
    if (place.isTurn) this.onRoom()
  }

  #settle(place: Place, outcome: TurnOutcome): void {
    const { entry } = place
    if (entry === null || !place.isTurn) return
    place.isTurn = false
    this.#turns -= 1
    if (outcome === 'full') {
      this.#queue.putBack(entry)
      this.#publish()
      if (place.group === null) {
        this.#isStalled = true
        return
      }
      this.#fullGroups.add(place.group)
      if (!this.#isServing) this.#serveSoon()
      return
    }
    place.entry = null
    // While a turn of another thread is under way, its replica and the turn both count.
    if (!this.#isServing) this.onRoom()
    if (outcome === 'got') this.#drain.note(performance.now())
    this.#count(entry, outcome === 'got' ? '' : outcome)
  }

  #refuse(entry: Entry<Place>): void {
    const place = entry.request.payload
    place.entry = null
    this.#count(entry, 'queue_full')
    place.waiter.onRefused()
  }

  #count(entry: Entry<Place>, reason: Reason | ''): void {
    this.#series(reason).add(1)
    this.#waited.observe((performance.now() - entry.enqueuedAtMs) / 1000)
  }

  /** Has the others see how many wait; a timer runs as long as somebody does. */
  #publish(): void {
    const { size } = this.#queue
    this.#figures.length = size
    this.#figures.drainPerSecond = this.#drain.perSecond(performance.now())
    if (size > 0) {
      this.#timer ??= setInterval(() => this.onRoom(), tickMs).unref()
    } else if (this.#timer !== null) {
      clearInterval(this.#timer)
      this.#timer = null
    }
  }
}
