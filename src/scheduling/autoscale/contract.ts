import type { ReplicaRole } from '../contract.ts'

/** What is measured of a pool (the replicas of a model in one role) at one time, over all gateways. */
export interface PoolLoad {
  /** When it was read, milliseconds of the clock that decides. */
  readonly atMs: number
  /** Whether every gateway answered. What is missing can hide load, so it never removes replicas. */
  readonly isComplete: boolean
  /** Requests that wait for a replica, in gateways and inside engines. */
  readonly waiting: number
  /** Requests that replicas work on. */
  readonly inFlight: number
  /** Requests a second that came since the reading before; null where that is not known. */
  readonly arrivalsPerSecond: number | null
  /** Tokens of prompts and answers in flight, estimated; null where nothing tells how long they are. */
  readonly tokensInFlight: number | null
  /** Median time to first token of the answers that began since the reading before; null where none did. */
  readonly ttftMs: number | null
  /** Mean share of the KV caches of ready replicas that is in use, 0 to 1; null where engines do not tell. */
  readonly kvCacheUse: number | null
}

/** Replicas of a pool as the platform has them. */
export interface ReplicaCounts {
  readonly ready: number
  readonly starting: number
  /** On their way out: they get no new requests, and hold their GPUs still. */
  readonly draining: number
}

/** How a pool is scaled: the Fleet's `autoscale`, its bounds, and what a replica holds. */
export interface ScalingSettings {
  readonly min: number
  readonly max: number
  /** Waiting requests a replica that add one (`autoscale.queuePerReplica`). */
  readonly queuePerReplica: number
  /** Requests that a replica takes at once; null where nobody says. */
  readonly requestsPerReplica: number | null
  /** Tokens that a replica's KV cache holds; null where that is not known. */
  readonly tokensPerReplica: number | null
  /** KV cache use that adds a replica, 0 to 1. */
  readonly kvCacheUse: number
  /** Median TTFT that adds a replica; null: not looked at. */
  readonly ttftMs: number | null
  readonly upAfterMs: number
  readonly downAfterMs: number
  readonly toZeroAfterMs: number
  /** GPUs of a replica; 0 for none. */
  readonly gpusPerReplica: number
  /** A reading older than this tells nothing. */
  readonly staleAfterMs: number
}

/** What asks for replicas. */
export type SignalName = 'queue' | 'requests' | 'tokens' | 'kv_cache' | 'ttft'

/** A figure against its target, and the replicas that it asks for. */
export interface Signal {
  readonly name: SignalName
  /** Requests, tokens, a share from 0 to 1, or milliseconds. */
  readonly value: number
  /** The same for one replica, or for the pool as a whole (`kv_cache`, `ttft`). */
  readonly target: number
  readonly replicas: number
  /** Why it asks for nothing although it is above its target; absent else. */
  readonly ignored?: 'replicas_start' | 'nobody_waits'
}

/** What kept a wish from being carried out, or changed it. */
export type LimitName =
  /** The need has not lasted for `upAfter`. */
  | 'up_window'
  /** Replicas have not been spare for `downAfter`. */
  | 'down_window'
  /** Replicas come and go in steps. */
  | 'pace'
  | 'minimum'
  | 'maximum'
  | 'gpus'
  /** Without requests, but not for `toZeroAfter` yet. */
  | 'zero_window'
  /** A gateway did not answer: nothing is removed. */
  | 'incomplete'
  /** With one replica less there were too few under such a load. */
  | 'too_few_before'

/** A step from what is asked for to what is wanted. */
export interface Limit {
  readonly name: LimitName
  readonly from: number
  readonly to: number
}

/** Why the wanted number of replicas is what it is: a closed list, told in metrics. */
export type ScalingReason =
  | SignalName
  /** A request met no replica. */
  | 'wake'
  /** No request for `toZeroAfter`. */
  | 'idle'
  /** Replicas are spare. */
  | 'spare'
  | 'minimum'
  | 'maximum'
  /** Enough, and not too many. */
  | 'steady'
  /** Load is not known, so all stays as it is. */
  | 'no_readings'

/** What is wanted of a pool, and why. */
export interface ScalingDecision {
  readonly atMs: number
  /** Replicas that are to run. */
  readonly wanted: number
  /** Those that run or start. */
  readonly current: number
  /** What the signals ask for now, before windows, steps and bounds. */
  readonly asked: number
  readonly reason: ScalingReason
  readonly signals: readonly Signal[]
  readonly limits: readonly Limit[]
  readonly load: PoolLoad | null
  readonly replicas: ReplicaCounts
}

/** What was asked for at one time. */
export interface Asked {
  readonly atMs: number
  readonly replicas: number
  readonly arrivalsPerSecond: number | null
}

/** What is remembered of a pool between decisions. Plain data. */
export interface ScalingMemory {
  /** Since when readings have come without a gap; null where there are none. */
  readonly sinceMs: number | null
  readonly lastReadingMs: number | null
  /** What was asked for, oldest first, as far back as the longest window. */
  readonly asked: readonly Asked[]
  /** Replicas that were added (above 0) or removed, as far back as steps are limited. */
  readonly changes: readonly { readonly atMs: number; readonly by: number }[]
  /** Since when there has been no request; null while there are. */
  readonly idleSinceMs: number | null
  /** The pool that was too small last, all its replicas ready, and the requests a second under which it was. */
  readonly missed: { readonly replicas: number; readonly arrivalsPerSecond: number } | null
}

/** Which pool it is. */
export interface PoolName {
  readonly model: string
  readonly role: ReplicaRole
}

/** A pool as a decision looks at it. */
export interface PoolInput extends PoolName {
  readonly settings: ScalingSettings
  readonly memory: ScalingMemory
  readonly replicas: ReplicaCounts
  /** The latest reading; null where there is none. */
  readonly load: PoolLoad | null
}

/** What came of it. */
export interface PoolOutcome extends PoolName {
  readonly decision: ScalingDecision
  readonly memory: ScalingMemory
}
