import type { TargetName } from '../../../fleet/index.ts'

/** Where a version was read. */
export interface VersionSource {
  readonly project: string
  /** Tag, file or page. */
  readonly place: string
}

/** Something that a cluster has to have before a Fleet is applied. Data: the plan chooses, orders and words it. */
export interface Prerequisite {
  readonly id: string
  readonly title: string
  /** What it is for, as the end of “it …”. */
  readonly why: string
  /** Version of the project; `chartVersion` where its chart counts otherwise. */
  readonly version: string
  readonly chartVersion?: string
  readonly source: VersionSource
  /** Ids of what has to be there first. */
  readonly after: readonly string[]
  /** Kinds by which one sees that it is there, as `apiVersion Kind`. */
  readonly kinds: readonly string[]
  /** Commands, `{version}` and `{chartVersion}` filled in. */
  readonly install: readonly string[]
  /** Waits until it works. */
  readonly wait: readonly string[]
  readonly uninstall: readonly string[]
  /** What differs on some clusters. */
  readonly notes?: readonly string[]
}

/** One step of a plan. */
export interface InstallStep {
  readonly id: string
  readonly title: string
  readonly version: string
  readonly why: string
  /** What of the Fleet asks for it. */
  readonly because: string
  readonly source: VersionSource
  readonly install: readonly string[]
  readonly wait: readonly string[]
  readonly uninstall: readonly string[]
  readonly notes: readonly string[]
}

/** What is to be installed for a Fleet, in order. */
export interface InstallPlan {
  readonly fleet: string
  readonly target: TargetName
  readonly steps: readonly InstallStep[]
}
