import { BatchingEngine, type KvListener, type Step } from '../engines/index.ts'
import type { ReplicaRole, ReplicaState } from '../scheduling/index.ts'
import type { EngineShape } from './contract.ts'

/** What an engine reported last. */
interface Report {
  running: number
  waiting: number
  kvCacheUsage: number
  ageMs: number
}

/** A replica: its engine, and what the scheduler counts of it. */
export class Replica implements ReplicaState {
  readonly place: number
  readonly name: string
  readonly isAvailable = true
  readonly role: ReplicaRole
  readonly weight = 1
  inFlight = 0
  pendingPrefillTokens = 0
  inFlightTokens = 0
  readonly reported: Report = { running: 0, waiting: 0, kvCacheUsage: 0, ageMs: 0 }
  readonly adapters: ReadonlySet<string> = new Set()
  readonly engine: BatchingEngine
  /** The step under way; null while the engine has nothing to do. */
  step: Step | null = null
  /** Whether it is going to look for work at this very time. */
  isWoken = false
  /** When its link is free for the next transfer. */
  linkFreeMs = 0
  #reportedMs = 0

  constructor(
    place: number,
    role: ReplicaRole,
    shape: EngineShape,
    unitTokens: number,
    listener: KvListener | undefined,
  ) {
    this.place = place
    this.name = `replica-${place}`
    this.role = role
    this.engine = new BatchingEngine(shape, unitTokens, listener)
  }

  /** The engine's state becomes what it reported last. */
  report(nowMs: number): void {
    this.reported.running = this.engine.running
    this.reported.waiting = this.engine.waiting
    this.reported.kvCacheUsage = this.engine.kvCacheUsage
    this.#reportedMs = nowMs
  }

  /** The report gets older. */
  age(nowMs: number): void {
    this.reported.ageMs = nowMs - this.#reportedMs
  }
}
