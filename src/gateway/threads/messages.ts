import type { KeyRecord } from '../../access/index.ts'
import type { Replica } from '../../discovery/index.ts'
import type { Reason } from '../../errors/index.ts'
import type { Fleet, ListenAddress } from '../../fleet/index.ts'
import type { CellPlace, LogLevel, SeriesPlace } from '../../observe/contract.ts'
import type { RecordedRequest } from '../../observe/report/index.ts'
import type { DrainTimes } from '../control/drain.ts'
import type { ExactServing } from '../exact/exact-model.ts'
import type { EngineRoutes } from '../data-plane/known-routes.ts'
import type { JudgedRequest, Verdict } from '../data-plane/outlier.ts'
import type { ConnectOptions } from '../data-plane/upstream/contract.ts'
import type { Standing, TurnOutcome } from '../data-plane/waiting/room.ts'
import type { ModelMemory } from './model-places.ts'

/** What requests are served by, as plain data: a worker loads nothing that reads or checks a Fleet. */
export interface ServingData {
  readonly fleet: Fleet
  /** Keys that are asked for; null serves everybody. */
  readonly keys: readonly KeyRecord[] | null
  /** By model: its place in what threads share of models; null where it has none. */
  readonly places: ReadonlyMap<string, number | null>
}

/** A replica as a worker reaches it. */
export interface ReplicaPlace {
  /** Never given to another one. */
  readonly serial: number
  /** Where it is counted and where its standing stands; another one's after it is gone from every thread. */
  readonly slot: number
  readonly replica: Replica
  /** Header fields that every request to it carries, names and values in turn. */
  readonly headers: readonly string[]
  readonly connect: ConnectOptions
  readonly routes: EngineRoutes
  /** Its number in what is known of engines' caches; -1 where nothing is. */
  readonly exactNumber: number
  /** LoRA adapters that it may be asked for. */
  readonly adapters: ReadonlySet<string>
}

/** Everything that requests are served by, at one time. */
export interface Snapshot {
  /** Grows with each snapshot. */
  readonly version: number
  /** Null where it is as in the snapshot before. */
  readonly serving: ServingData | null
  readonly replicas: readonly ReplicaPlace[]
  /** Models whose prompts are looked up by what engines hold; null where it is as in the snapshot before. */
  readonly exact: readonly ExactServing[] | null
}

/** What a worker is started with. */
export interface WorkerData {
  readonly row: number
  readonly rows: number
  /** Workers that share the retries that the Fleet allows each second. */
  readonly workers: number
  /** What each thread has at each replica. */
  readonly counts: SharedArrayBuffer
  /** What they tell each other of the requests that they send, and what they hash prompts with. */
  readonly sent: SharedArrayBuffer
  readonly promptSecret: number
  readonly board: SharedArrayBuffer
  /** What threads share of each model. */
  readonly models: ModelMemory
  readonly listen: ListenAddress
  /** Of this package. */
  readonly version: string
  readonly fleetName: string
  /** When the gateway started, in milliseconds since the epoch. */
  readonly startedAt: number
  readonly isAdminKeyed: boolean
  readonly metricsContentType: string
  readonly log: { readonly level: LogLevel; readonly name: string }
  readonly snapshot: Snapshot
}

/** What the control thread tells a worker. */
export type ToWorker =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly type: 'drain'; readonly times: DrainTimes }
  | { readonly type: 'close' }
  | { readonly type: 'scraped'; readonly id: number; readonly text: string }
  /** It has more connections than the others: it asks the clients of so many to come again. */
  | { readonly type: 'shed'; readonly connections: number }
  /** Somebody asks about a request. */
  | { readonly type: 'find'; readonly id: number; readonly requestId: string }
  /** A replica may have room for one that waits. */
  | { readonly type: 'turn'; readonly id: number }
  /** There is no place in the queue for one that waits. */
  | { readonly type: 'queueRefused'; readonly id: number }

/** What a worker tells the control thread. */
export type FromWorker =
  | { readonly type: 'listening'; readonly address: ListenAddress }
  /** It cannot serve; it ends after this. */
  | { readonly type: 'failed'; readonly detail: string }
  | { readonly type: 'acknowledged'; readonly version: number }
  | { readonly type: 'series'; readonly place: SeriesPlace }
  | { readonly type: 'tokens'; readonly serial: number; readonly place: CellPlace }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'scrape'; readonly id: number }
  /** What is kept of a request that was asked for. */
  | { readonly type: 'found'; readonly id: number; readonly requests: readonly RecordedRequest[] }
  | { readonly type: 'connections'; readonly count: number }
  /** A request waits for a replica of a model, until a time of the shared clock. */
  | {
      readonly type: 'wait'
      readonly id: number
      readonly model: string
      readonly standing: Standing
      readonly untilMs: number
    }
  /** What came of a turn. */
  | { readonly type: 'turnTaken'; readonly id: number; readonly outcome: TurnOutcome }
  /** One that waited does not any longer. */
  | { readonly type: 'leftQueue'; readonly id: number; readonly reason: Reason }
  /** A replica of a model has ended a request while others wait for it. */
  | { readonly type: 'roomCame'; readonly model: string }
  | { readonly type: 'connectFailed'; readonly serial: number; readonly detail: string }
  | { readonly type: 'trialBegan'; readonly serial: number }
  | { readonly type: 'trialAnswered'; readonly serial: number }
  | {
      readonly type: 'judged'
      readonly serial: number
      readonly verdict: Verdict
      /** Its start in milliseconds of the shared clock. */
      readonly judged: JudgedRequest
      readonly problem: string | null
    }
