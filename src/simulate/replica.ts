import { BatchingEngine, type KvListener, type Step } from '../engines/index.ts'
import type { ReplicaRole } from '../scheduling/index.ts'
import type { EngineShape } from './contract.ts'

/** What an engine reported last. */
interface Report {
  running: number
  waiting: number
  kvCacheUsage: number
  ageMs: number
}

/** What a gateway has sent a replica and has not ended. */
export interface OwnLoad {
  readonly ownRequests: number
  /** Tokens of them: prompts, and the answers that are expected. */
  readonly ownTokens: number
  /** Tokens of prompts that it computes before it answers. */
  readonly ownPrefillTokens: number
}

/** What a replica is made of. */
export interface ReplicaParts {
  readonly role: ReplicaRole
  readonly shape: EngineShape
  readonly unitTokens: number
  readonly listener: KvListener | undefined
}

/** A replica: its engine, and whether it runs. */
export class Replica {
  readonly place: number
  readonly name: string
  readonly role: ReplicaRole
  readonly weight = 1
  readonly reported: Report = { running: 0, waiting: 0, kvCacheUsage: 0, ageMs: 0 }
  readonly adapters: ReadonlySet<string> = new Set()
  /** What each gateway has there. */
  readonly views: OwnLoad[] = []
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

  readonly #createEngine: () => BatchingEngine

  constructor(place: number, { role, shape, unitTokens, listener }: ReplicaParts) {
    this.place = place
    this.name = `replica-${place}`
    this.role = role
    this.#createEngine = () => new BatchingEngine(shape, unitTokens, listener)
    this.engine = this.#createEngine()
  }

  /** Requests that all gateways have sent it and that have not ended. */
  get inFlight(): number {
    return this.views.reduce((sum, { ownRequests }) => sum + ownRequests, 0)
  }

  /** Tokens of them. */
  get inFlightTokens(): number {
    return this.views.reduce((sum, { ownTokens }) => sum + ownTokens, 0)
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
