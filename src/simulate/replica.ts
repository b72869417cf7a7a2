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

/** What a replica is made of. */
export interface ReplicaParts {
  readonly role: ReplicaRole
  readonly shape: EngineShape
  readonly unitTokens: number
  /** Requests that it gets at once at the most. */
  readonly maxInFlight: number
  readonly listener: KvListener | undefined
}

/** A replica: its engine, and what the scheduler counts of it. */
export class Replica implements ReplicaState {
  readonly place: number
  readonly name: string
  readonly role: ReplicaRole
  readonly weight = 1
  inFlight = 0
  pendingPrefillTokens = 0
  inFlightTokens = 0
  readonly reported: Report = { running: 0, waiting: 0, kvCacheUsage: 0, ageMs: 0 }
  readonly adapters: ReadonlySet<string> = new Set()
  /** Exchanged when it is turned off: what it held is gone. */
  engine: BatchingEngine
  /** Whether it serves; for ever, where replicas are not scaled. */
  life: 'off' | 'starting' | 'on' | 'draining' = 'on'
  /** The step under way; null while the engine has nothing to do. */
  step: Step | null = null
  /** Whether it is going to look for work at this very time. */
  isWoken = false
  /** When its link is free for the next transfer. */
  linkFreeMs = 0
  #reportedMs = 0

  readonly #maxInFlight: number
  readonly #createEngine: () => BatchingEngine

  constructor(place: number, { role, shape, unitTokens, maxInFlight, listener }: ReplicaParts) {
    this.place = place
    this.name = `replica-${place}`
    this.role = role
    this.#maxInFlight = maxInFlight
    this.#createEngine = () => new BatchingEngine(shape, unitTokens, listener)
    this.engine = this.#createEngine()
  }

  /** Whether it may get one more request. */
  get isAvailable(): boolean {
    return this.life === 'on' && this.inFlight < this.#maxInFlight
  }

  /** It is gone, and so is its cache; what starts in its place is new. */
  turnOff(): void {
    this.life = 'off'
    this.engine = this.#createEngine()
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
