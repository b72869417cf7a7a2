import type { LiveObject } from '../../../kubernetes/index.ts'

/** An object that stands for replicas, with as much of it as all kinds have. */
export interface Workload extends LiveObject {
  readonly spec?: { readonly replicas?: number } & Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
  /** What its controller made for it, of a kind that has others made: the Deployments of an InferenceService. */
  readonly made?: readonly MadeWorkload[]
}

/** A workload that a controller made of another object. */
export interface MadeWorkload {
  readonly workload: Workload
  /** `both`, `prefill` or `decode`. */
  readonly role: string
  /** Whether it is what the object says now, rather than before its last change. */
  readonly isCurrent: boolean
}
