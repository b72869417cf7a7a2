import { createServer } from 'node:net'
import type { ListenAddress } from '../../fleet/index.ts'
import type { Logger, Metrics } from '../../observe/index.ts'
import { destinationOf, SeriesFold } from '../../observe/index.ts'
import type { ClientFront } from '../control/client-front.ts'
import type { DrainTimes } from '../control/drain.ts'
import { openListener } from '../control/open-listener.ts'
import type { ExactServing } from '../exact/exact-model.ts'
import type { ServingConfig } from '../control/serving-config.ts'
import type { ModelCatalogue } from '../data-plane/model-catalogue.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import { sharing, SentRequests } from '../data-plane/sent-requests.ts'
import { surplus } from './balance.ts'
import type { FromWorker, ServingData, WorkerData } from './messages.ts'
import type { ModelPlaces } from './model-places.ts'
import { RemoteWaiters } from './remote-waiters.ts'
import type { RecordedRequest } from '../../observe/report/index.ts'
import { RequestFinder } from './request-finder.ts'
import { ReplicaSlots, type ReachedBy } from './replica-slots.ts'
import { countCrash, restartDelayMs } from './restart-delay.ts'
import { toServingData } from './serving-data.ts'
import { WorkerThread, type WorkerListener } from './worker-thread.ts'

/** A worker that is told to end has this long, beyond what its requests have. */
const endMs = 3_000
/** A worker that is this busy is told of by the log, and gets the snapshot late. */
const acknowledgeMs = 5_000
const balanceMs = 2_000

/** What a pool works with. */
export interface WorkerPoolOptions {
  readonly workers: number
  readonly config: ServingConfig
  readonly metrics: Metrics
  readonly logger: Logger
  /** The replicas that are known now. */
  readonly replicas: () => readonly ReplicaHandle[]
  readonly reachedBy: (handle: ReplicaHandle) => ReachedBy
  /** Whose rooms requests of all workers wait in. */
  readonly catalogue: ModelCatalogue
  /** Models whose prompts are looked up by what engines hold. */
  readonly exact: () => readonly ExactServing[]
  readonly places: ModelPlaces
  /** What every worker is told at its start. */
  readonly common: Pick<WorkerData, 'version' | 'fleetName' | 'startedAt' | 'isAdminKeyed'>
}

/** A place for a worker, whichever one fills it. */
interface Seat {
  thread: WorkerThread | null
  crashesInRow: number
  timer: NodeJS.Timeout | undefined
}

/**
 * Workers on one port, and the control thread's side of all that they share. A worker that crashes leaves its counts in
 * flight at zero and everything else that it counted in force, and gets a successor; the others know nothing of it.
 */
export class WorkerPool implements ClientFront, WorkerListener {
  readonly #options: WorkerPoolOptions
  readonly #slots: ReplicaSlots
  /** What workers tell each other of the requests that they send. */
  readonly #sent: SharedArrayBuffer
  readonly #waiters: RemoteWaiters
  readonly #finder = new RequestFinder()
  readonly #seats: readonly Seat[]
  readonly #threads = new Set<WorkerThread>()
  readonly #folds = new Map<WorkerThread, SeriesFold>()
  readonly #freeRows: number[]
  #address: ListenAddress | null = null
  #serving: ServingData
  #version = 0
  #isServingNew = false
  #isExactNew = false
  #isPosting = false
  #isEnding = false
  #balanceTimer: NodeJS.Timeout | undefined
  #onAcknowledged: (() => void)[] = []

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#slots = new ReplicaSlots(options.workers)
    this.#sent = SentRequests.memoryFor(this.#slots.counts.rows)
    this.#waiters = new RemoteWaiters(options.catalogue)
    this.#freeRows = Array.from({ length: options.workers }, (_, row) => row)
    this.#seats = Array.from({ length: options.workers }, () => ({ thread: null, crashesInRow: 0, timer: undefined }))
    this.#serving = toServingData(options.config, options.places)
    options.metrics.onRender(() => this.collect())
  }

  get requests(): number {
    return this.#options.replicas().reduce((sum, handle) => sum + handle.ownRequests, 0)
  }

  async listen(address: ListenAddress): Promise<ListenAddress> {
    this.refresh()
    // A port that is shared can be had by several gateways, each with some of the connections: only a free one will do.
    if (address.port !== 0) {
      const probe = createServer()
      await openListener(probe, address, { field: 'gateway.listen', option: '--port' })
      await new Promise((resolve) => probe.close(resolve))
    }
    const [first, ...others] = this.#seats
    if (first === undefined) throw new Error('a gateway without workers')
    this.#address = address
    this.#address = await this.#start(first).listening
    await Promise.all(others.map((seat) => this.#start(seat).listening))
    this.#balanceTimer = setInterval(() => this.#balance(), balanceMs)
    this.#balanceTimer.unref()
    return this.#address
  }

  async apply(config: ServingConfig): Promise<void> {
    this.#serving = toServingData(config, this.#options.places)
    this.#isServingNew = true
    this.refresh()
    await this.#acknowledged()
  }

  /** The replicas are others: workers are told after this turn, of everything that has changed in it at once. */
  refresh(): void {
    const version = this.#version + 1
    const left = this.#slots.sync(this.#options.replicas(), version, this.#options.reachedBy)
    for (const { id } of left) this.#options.logger.error({ replica: id }, 'there are too many replicas for this one')
    if (this.#isPosting) return
    this.#isPosting = true
    this.#version = version
    queueMicrotask(() => this.#postSnapshot())
  }

  /** What prompts are looked up by is another. */
  exactChanged(): void {
    this.#isExactNew = true
    this.refresh()
  }

  /** A replica stands otherwise. */
  publish(handle: ReplicaHandle): void {
    this.#slots.publish(handle)
  }

  /** Adds what workers have counted since the last time to the metrics of this thread. */
  collect(): void {
    for (const fold of this.#folds.values()) fold.fold()
  }

  /** What workers keep of a request, the newest first. */
  findRequests(requestId: string): Promise<RecordedRequest[]> {
    return this.#finder.find(requestId, this.#threads)
  }

  async drain(times: DrainTimes): Promise<void> {
    this.#stop()
    const message = { type: 'drain', times } as const
    await Promise.all([...this.#threads].map((thread) => thread.end(message, times.timeout + endMs)))
  }

  async close(): Promise<void> {
    this.#stop()
    await Promise.all([...this.#threads].map((thread) => thread.end({ type: 'close' }, endMs)))
  }

  onMessage(thread: WorkerThread, message: FromWorker): void {
    const { logger } = this.#options
    switch (message.type) {
      case 'series':
        this.#folds.get(thread)?.add(message.place)
        break
      case 'log':
        destinationOf(logger).write(message.text)
        break
      case 'scrape':
        void this.#answerScrape(thread, message.id)
        break
      case 'found':
        this.#finder.take(thread, message.id, message.requests)
        break
      case 'acknowledged':
        this.#noteAcknowledged()
        break
      case 'wait':
      case 'turnTaken':
      case 'leftQueue':
      case 'roomCame':
        this.#waiters.take(message, thread)
        break
      case 'listening':
      case 'failed':
      case 'connections':
        break
      default:
        this.#slots.take(message, thread.row)
    }
  }

  async #answerScrape(thread: WorkerThread, id: number): Promise<void> {
    thread.post({ type: 'scraped', id, text: await this.#options.metrics.render() })
  }

  onExit(thread: WorkerThread, problem: string | null): void {
    // The last look at what it counted.
    this.#folds.get(thread)?.fold()
    this.#folds.delete(thread)
    this.#threads.delete(thread)
    this.#slots.clearRow(thread.row)
    this.#waiters.leave(thread)
    this.#finder.leave(thread)
    this.#freeRows.push(thread.row)
    this.#noteAcknowledged()
    const seat = this.#seats.find((each) => each.thread === thread)
    if (seat === undefined) return
    seat.thread = null
    if (this.#isEnding) return
    seat.crashesInRow = countCrash(seat.crashesInRow, performance.now() - thread.startedAt)
    const delayMs = restartDelayMs(seat.crashesInRow)
    this.#options.logger.error({ problem, successorInMs: delayMs }, 'a worker of the gateway crashed')
    seat.timer = setTimeout(() => this.#start(seat), delayMs)
  }

  #stop(): void {
    this.#isEnding = true
    clearInterval(this.#balanceTimer)
    for (const seat of this.#seats) clearTimeout(seat.timer)
  }

  #start(seat: Seat): WorkerThread {
    const { workers, metrics, logger, common, places } = this.#options
    const row = this.#freeRows.pop()
    if (row === undefined || this.#address === null) throw new Error('there is no place for a worker')
    const data: WorkerData = {
      ...common,
      row,
      rows: this.#slots.counts.rows,
      workers,
      counts: this.#slots.counts.memory,
      sent: this.#sent,
      promptSecret: sharing.secret,
      board: this.#slots.board.memory,
      models: places.memory,
      listen: this.#address,
      metricsContentType: metrics.contentType,
      log: { level: logger.level as WorkerData['log']['level'], name: String(logger.bindings()['name'] ?? 'gateway') },
      snapshot: {
        version: this.#version,
        serving: this.#serving,
        replicas: this.#slots.places,
        exact: this.#options.exact(),
      },
    }
    const thread = new WorkerThread(data, this)
    this.#threads.add(thread)
    this.#folds.set(thread, new SeriesFold(metrics))
    seat.thread = thread
    return thread
  }

  #postSnapshot(): void {
    this.#isPosting = false
    const serving = this.#isServingNew ? this.#serving : null
    this.#isServingNew = false
    const exact = this.#isExactNew ? this.#options.exact() : null
    this.#isExactNew = false
    const snapshot = { version: this.#version, serving, replicas: this.#slots.places, exact }
    for (const thread of this.#threads) thread.post({ type: 'snapshot', snapshot })
  }

  /** Waits until every worker serves by the last snapshot. */
  async #acknowledged(): Promise<void> {
    const wanted = this.#version
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      this.#options.logger.warn({ version: wanted }, 'a worker of the gateway is slow to take what has changed')
      resolve()
    }, acknowledgeMs)
    const look = () => {
      if (this.#leastAcknowledged() >= wanted) resolve()
      else this.#onAcknowledged.push(look)
    }
    look()
    await promise
    clearTimeout(timer)
  }

  #noteAcknowledged(): void {
    this.#slots.reclaim(this.#leastAcknowledged())
    for (const look of this.#onAcknowledged.splice(0)) look()
  }

  #leastAcknowledged(): number {
    return Math.min(this.#version, ...[...this.#threads].map(({ acknowledged }) => acknowledged))
  }

  #balance(): void {
    const threads = this.#seats.flatMap(({ thread }) => thread ?? [])
    if (threads.length < this.#seats.length) return
    const mean = threads.reduce((sum, { connections }) => sum + connections, 0) / threads.length
    for (const thread of threads) {
      const connections = surplus(thread.connections, mean)
      // Seen twice: while clients come and go, what threads tell is of different moments.
      if (thread.isCrowded && connections > 0) thread.post({ type: 'shed', connections })
      thread.isCrowded = connections > 0
    }
  }
}
