import type { FleetSource } from './applying.ts'

/** Wanted copies of a model. */
export interface ScaleRequest {
  readonly model: string
  /** `prefill` or `decode` of a model with both; the only one there is when absent. */
  readonly role?: string
  readonly replicas: number
}

/** What scaling did. */
export interface ScaleResult {
  /** Such as `Deployment demo-llama`. */
  readonly subject: string
  readonly before: number
  readonly after: number
  /** What will set it otherwise again: the Fleet file at the next apply, an autoscaler. */
  readonly note?: string
}

/** What is started anew. */
export interface RestartRequest {
  /** Model name, replica id or `gateway`; everything when absent. */
  readonly subject?: string
}

/** One applied state that can be gone back to. */
export interface Revision {
  readonly number: number
  readonly appliedAt: string
  /** Version of Fairlead that rendered it. */
  readonly version: string
  readonly reason: string
  readonly objects: number
  readonly isCurrent: boolean
  /** Text of the Fleet file. */
  readonly fleetText: string
}

/** Which revision is gone back to. */
export interface RollbackRequest {
  /** The one before the current when absent. */
  readonly revision?: number
}

/** How a changed Fleet is tried on a part of the requests before all of its replicas change. */
export interface CanarySettings {
  /** Shares of the requests that the canary gets in turn, percent. */
  readonly shares: readonly number[]
  /** Replicas of each model’s canary. */
  readonly replicas: number
  /** How long each share is watched at the least, milliseconds. */
  readonly stepMs: number
  /** Requests that the canary of each model must have had in that time. */
  readonly fewestRequests: number
  /** Share of requests, 0 to 1, that may fail beyond that of the stable variant. */
  readonly moreErrors: number
  /** Part by which TTFT and TPOT may be longer than those of the stable variant, such as 0.5. */
  readonly slower: number
  /** Whether it is promoted after the last share by itself; else a person does. */
  readonly promotes: boolean
}

/** What is done to an update. */
export type RolloutRequest =
  /** Applies a changed Fleet model after model: verified ahead where that is possible, watched, and taken back when it fails. */
  | { readonly action: 'start'; readonly source: FleetSource; readonly canary?: CanarySettings }
  | { readonly action: 'status' | 'pause' | 'resume' | 'promote' | 'abort'; readonly model?: string }

/** How the update of one model stands. */
export interface RolloutStatus {
  readonly model: string
  readonly role: string
  readonly state: 'complete' | 'progressing' | 'paused' | 'failed'
  readonly wanted: number
  /** Replicas of the new revision. */
  readonly updated: number
  readonly ready: number
  readonly message: string
}

/** What of a Fleet goes. */
export interface DeleteOptions {
  /** Whether the volumes with models go as well; they are kept when absent. */
  readonly volumes?: boolean
}

/** What went and what is left. */
export interface DeleteResult {
  /** Whether there was anything. */
  readonly wasThere: boolean
  readonly removed: readonly string[]
  /** What stays on purpose: volumes, namespaces, what others own. */
  readonly kept: readonly string[]
}

/** A way from this machine to a part of a Fleet. */
export interface PortForwardRequest {
  /** Model name, replica id or `gateway`; the gateway when absent. */
  readonly subject?: string
  /** On the loopback of this machine; a free one when absent. */
  readonly localPort?: number
  /** The part’s administration rather than its API. */
  readonly admin?: boolean
  readonly signal: AbortSignal
  /** Called with the base URL once it listens. */
  readonly onListening: (address: string) => void
}
