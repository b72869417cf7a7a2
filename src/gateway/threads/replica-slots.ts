import { cellsAt, type CellPlace } from '../../observe/contract.ts'
import type { EngineRoutes } from '../data-plane/known-routes.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import { TokenRate } from '../data-plane/token-rate.ts'
import type { ConnectOptions } from '../data-plane/upstream/contract.ts'
import { CountMemory } from './count-memory.ts'
import type { FromWorker, ReplicaPlace } from './messages.ts'
import { ReplicaBoard, slotCount } from './replica-board.ts'
import { sharedOffsetMs, toOwnMs, toSharedMs } from './thread-clock.ts'

/** What workers need beside what a handle holds. */
export interface ReachedBy {
  readonly connect: ConnectOptions
  readonly routes: EngineRoutes
}

interface Entry {
  readonly serial: number
  readonly slot: number
  readonly handle: ReplicaHandle
  readonly reachedBy: ReachedBy
  /** By row of the thread that counts. */
  readonly tokens: Map<number, TokenRate>
  /** The first snapshot without it; null while it is known. */
  goneSince: number | null
}

/** What workers tell of a replica. */
type News = Extract<
  FromWorker,
  { readonly type: 'tokens' | 'connectFailed' | 'trialBegan' | 'trialAnswered' | 'judged' }
>

/** The control thread's side of what threads share of each replica: its slot, its standing, its counts. */
export class ReplicaSlots {
  readonly board = new ReplicaBoard()
  readonly counts: CountMemory
  readonly #entries = new Map<ReplicaHandle, Entry>()
  readonly #bySerial = new Map<number, Entry>()
  readonly #free: number[] = []
  #nextSlot = 0
  #lastSerial = 0

  /** @param rows threads that count at once */
  constructor(rows: number) {
    this.counts = new CountMemory(rows)
  }

  /**
   * Takes the replicas that are known from `version` on.
   * @returns those for which there is no slot
   */
  sync(
    handles: readonly ReplicaHandle[],
    version: number,
    reachedBy: (handle: ReplicaHandle) => ReachedBy,
  ): ReplicaHandle[] {
    const known = new Set(handles)
    for (const entry of this.#entries.values()) {
      if (!known.has(entry.handle)) entry.goneSince ??= version
      // Its source may say that it stops.
      this.#publish(entry)
    }
    return handles.filter((handle) => !this.#entries.has(handle) && !this.#add(handle, reachedBy(handle)))
  }

  /** The replicas of the next snapshot. */
  get places(): readonly ReplicaPlace[] {
    return [...this.#entries.values()].flatMap(({ goneSince, serial, slot, handle, reachedBy }) => {
      if (goneSince !== null) return []
      const { replica, headers, exactNumber, adapters } = handle
      const { connect, routes } = reachedBy
      return { serial, slot, replica, headers, connect, routes, exactNumber, adapters }
    })
  }

  /** Gives the slots of replicas that no thread uses any more to others; `acknowledged` is what every worker has. */
  reclaim(acknowledged: number): void {
    for (const entry of this.#entries.values()) {
      const { goneSince, handle, serial, slot } = entry
      if (goneSince === null || goneSince > acknowledged || handle.ownRequests > 0) continue
      this.#entries.delete(handle)
      this.#bySerial.delete(serial)
      this.#free.push(slot)
    }
  }

  /** Tells workers how a replica stands. */
  publish(handle: ReplicaHandle): void {
    const entry = this.#entries.get(handle)
    if (entry !== undefined) this.#publish(entry)
  }

  /** Takes what the thread of a row tells. */
  take(news: News, row: number): void {
    const entry = this.#bySerial.get(news.serial)
    if (entry === undefined) return
    const { handle } = entry
    if (news.type === 'tokens') this.#addTokens(entry, row, news.place)
    else if (news.type === 'connectFailed') handle.onConnectFailure(news.detail)
    else if (news.type === 'trialBegan') handle.outlier.begin()
    else if (news.type === 'trialAnswered') this.#endTrial(entry, () => handle.outlier.answered(true))
    else {
      const { verdict, problem } = news
      const judged = { ...news.judged, startedAt: toOwnMs(news.judged.startedAt) }
      if (problem !== null && verdict !== 'success') handle.lastError = problem
      const judge = () => handle.outlier.end(verdict, judged)
      if (judged.isTrial) this.#endTrial(entry, judge)
      else judge()
    }
    this.#publish(entry)
  }

  /** The thread of a row is gone: what it counted as under way is not any more. */
  clearRow(row: number): void {
    this.counts.clearRow(row)
    for (const entry of this.#entries.values()) {
      const { handle, tokens, slot } = entry
      const rate = tokens.get(row)
      if (rate !== undefined) handle.otherTokens.delete(rate)
      tokens.delete(row)
      if (this.board.trialOf(slot) !== row) continue
      this.#endTrial(entry, () => handle.outlier.end('none', { isTrial: true, startedAt: performance.now() }))
    }
  }

  #add(handle: ReplicaHandle, reachedBy: ReachedBy): boolean {
    const slot = this.#free.pop() ?? (this.#nextSlot < slotCount ? this.#nextSlot++ : undefined)
    if (slot === undefined) return false
    const serial = (this.#lastSerial += 1)
    const entry: Entry = { serial, slot, handle, reachedBy, tokens: new Map(), goneSince: null }
    handle.counts = this.counts.at(0, slot)
    this.#entries.set(handle, entry)
    this.#bySerial.set(serial, entry)
    this.board.endTrial(slot)
    this.#publish(entry)
    return true
  }

  #addTokens({ handle, tokens }: Entry, row: number, place: CellPlace): void {
    const rate = new TokenRate(cellsAt(place), sharedOffsetMs)
    tokens.set(row, rate)
    handle.otherTokens.add(rate)
  }

  /** What the trial showed is published before another thread may take the next one. */
  #endTrial(entry: Entry, judge: () => void): void {
    judge()
    this.#publish(entry)
    this.board.endTrial(entry.slot)
  }

  #publish({ handle, slot }: Entry): void {
    const { outlier } = handle
    const until = outlier.ejectedUntil
    this.board.write(slot, {
      isReachable: handle.isReachable,
      isEjected: until !== null,
      failuresInRow: outlier.failuresInRow,
      ejectedUntilMs: until === null ? 0 : toSharedMs(until),
      silentSinceMs: handle.silentSince === null ? 0 : toSharedMs(handle.silentSince),
      foreign: handle.foreign,
      told: handle.told,
    })
    if (until === null) this.board.endTrial(slot)
  }
}
