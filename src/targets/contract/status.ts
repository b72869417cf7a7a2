import type { TargetName } from '../../fleet/index.ts'

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
  readonly cluster?: ClusterPlace
}
