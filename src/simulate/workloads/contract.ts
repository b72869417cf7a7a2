import type { Workload } from '../contract.ts'

/** How a synthetic workload is made. */
export interface WorkloadOptions {
  /** The same seed makes the same workload. */
  readonly seed: number
  /** How many requests at the most; the workload's own number when absent. */
  readonly requests?: number
}

/** A synthetic workload as it is offered. */
export interface WorkloadKind {
  /** As `--workload` names it. */
  readonly name: string
  /** One sentence of what comes. */
  readonly summary: string
  /** Where its figures come from. */
  readonly source: string
  make(options: WorkloadOptions): Workload
}
