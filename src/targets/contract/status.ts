import type { TargetName } from '../../fleet/index.ts'
import type { Histogram } from '../../observe/report/index.ts'

/** What a replica is doing, as people see it. */
export interface ReplicaStatus {
  readonly id: string
  readonly model: string
  readonly engine: string
  readonly state: string
  readonly address: string
  readonly starts: number
  readonly since: string
  readonly inFlight: number | null
  readonly tokensPerSecond: number | null
  /** Requests that its engine has taken and not begun, where a gateway says it. */
  readonly waiting?: number
  /** Share of its KV cache that is in use, 0 to 1, where its engine tells a gateway. */
  readonly kvCacheUse?: number
  readonly lastError: string | null
  /** `prefill`, `decode` or `both`, where the target knows roles. */
  readonly role?: string
  /** Version of what runs there: the tag of its image. */
  readonly version?: string
  readonly node?: string
}

/** How a model, or one role of it, stands against what is wanted; where nothing runs, replicas cannot tell. */
export interface PoolStatus {
  readonly model: string
  readonly role: string
  readonly wanted: number
  readonly ready: number
  /** Replicas of the newest revision. */
  readonly updated: number
  /** The object that stands for it, such as `Deployment demo-llama`. */
  readonly object: string
  readonly version: string | null
}

/** Something that keeps a Fleet from serving, and its first cause. */
export interface FleetProblem {
  /** Such as `model llama` or `Deployment demo-gateway`. */
  readonly subject: string
  /** Such as `unschedulable`, `image-pull`, `out-of-memory`, `crash-loop`, `volume-pending`, `quota`, `refused`. */
  readonly reason: string
  readonly what: string
  readonly why?: string
  readonly mend?: string
  readonly command?: string
}

/** How busy a model is, as the gateways together see it. */
export interface ModelLoad {
  readonly model: string
  /** Requests that wait in the gateways; those that wait in an engine are its replica's. */
  readonly queued: number
  /** Median of the times to first token of streams, seconds; null before the first. */
  readonly ttftSeconds: number | null
  /** These times: how many up to each bound (seconds), the last one beyond all, since the gateways started. */
  readonly ttft: Histogram
}

/** What gateways say of the load. */
export interface FleetLoad {
  readonly models: readonly ModelLoad[]
  /** Why it is not known, or not of all gateways, in one line; null where all have told. */
  readonly missing: string | null
}

/** Where in a cluster a Fleet is, and who applied it. */
export interface ClusterPlace {
  readonly context: string
  readonly namespace: string
  /** Number of the revision that was applied last; null when none was completed. */
  readonly revision: number | null
  /** When it was applied. */
  readonly appliedAt: string | null
  /** Whether an `apply` is under way or was interrupted: the next one completes it. */
  readonly isSettled: boolean
}

/** What a running Fleet is doing. */
export interface FleetStatus {
  readonly fleet: string
  readonly target: TargetName
  readonly running: boolean
  readonly gateway: {
    readonly address: string
    readonly admin: string
    readonly state: string
    readonly lastError: string | null
  } | null
  readonly replicas: readonly ReplicaStatus[]
  /** Absent where replicas say all. */
  readonly pools?: readonly PoolStatus[]
  /** Every URL by which clients reach it; absent where the gateway’s address is the only one. */
  readonly addresses?: readonly string[]
  readonly problems?: readonly FleetProblem[]
  /** Absent where nothing runs. */
  readonly load?: FleetLoad
  readonly cluster?: ClusterPlace
}
