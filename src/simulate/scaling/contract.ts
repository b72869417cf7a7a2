import type { ScalingReason, ScalingSettings } from '../../scheduling/index.ts'

/** Replicas that come and go while it runs. */
export interface Autoscaling {
  /** Of the replicas that answer; its `max` is as many as the simulation has. */
  readonly settings: ScalingSettings
  /** Of those that only prefill; absent where there are none. */
  readonly prefill?: ScalingSettings
  /** From the decision until a replica serves, milliseconds. */
  readonly startMs: number
  /** Between two decisions, milliseconds. */
  readonly intervalMs: number
}

/** Replicas from a time on. */
export interface ScalingMoment {
  readonly atMs: number
  readonly wanted: number
  /** Those that serve, and those that hold their GPUs without: they start or finish what they have. */
  readonly ready: number
  readonly others: number
}

/** What scaling did. */
export interface ScalingFigures {
  /** Each change, from the beginning on; prefill replicas counted with the others. */
  readonly timeline: readonly ScalingMoment[]
  /** Of all replicas that held their GPUs, hours. */
  readonly replicaHours: number
  /** Of them, those of replicas that only prefill. */
  readonly prefillHours: number
  /** The same by the hour: the mean over time. */
  readonly meanReplicas: number
  readonly mostReplicas: number
  /** Changes by their reason. */
  readonly changes: Readonly<Partial<Record<ScalingReason, number>>>
}
