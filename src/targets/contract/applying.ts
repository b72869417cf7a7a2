import type { Environment } from '../../files/index.ts'
import type { Fleet } from '../../fleet/index.ts'
import type { Container } from '../../kubernetes/index.ts'
import type { ProgressReporter } from '../../progress/index.ts'
import type { Artifact } from '../rendering/index.ts'
import type { PlannedAction } from './planning.ts'
import type { FleetStatus } from './status.ts'

/** A Fleet that was rendered for the target: what cluster targets plan and apply. */
export interface RenderedSource {
  readonly artifacts: readonly Artifact[]
  /** Text of the Fleet file, which revisions keep. */
  readonly fleetText: string
  /** Line and column, 1-based, of a field given by its path. */
  readonly positionOf: (path: string) => { readonly line: number; readonly column: number } | undefined
  /** Version of Fairlead that rendered it. */
  readonly version: string
  /** What fetches weights in place of an engine that does it itself, by the name of its workload. */
  readonly fetchers?: ReadonlyMap<string, Container>
}

/** A Fleet together with the file it came from. */
export interface FleetSource {
  readonly fleet: Fleet
  /** Absolute path. */
  readonly file: string
  /** The path as the person gave it, for commands to paste; absent where nobody did. */
  readonly shownAs?: string
  /** Line and column, 1-based, of a field given by its path, where the text of the file is at hand. */
  readonly positionOf?: (path: string) => { readonly line: number; readonly column: number } | undefined
  /** There for targets that are files or objects before they run; `local` needs none. */
  readonly rendered?: RenderedSource
}

/** What any work that takes time is given. */
export interface WorkContext {
  readonly environment: Environment
  readonly progress: ProgressReporter
  /** Ends the work; for `apply` on `local`, stops the Fleet. */
  readonly signal: AbortSignal
  /** Longest wait until what was changed serves, in milliseconds; the target’s own when absent. */
  readonly timeoutMs?: number
}

/** What `apply` is given beside the Fleet. */
export interface ApplyContext extends WorkContext {
  /** Ends an orderly stop that takes too long for the person who waits: what still runs is killed at once. */
  readonly killSignal?: AbortSignal
  /** Called, on clusters, with what is about to be carried out: a plan made before may have missed what happened since. */
  readonly onPlan?: (actions: readonly PlannedAction[]) => void
  /** Called once everything answers. */
  readonly onReady?: (status: FleetStatus) => void
  readonly options?: ApplyOptions
}

/** How `apply` goes about it; `local` needs none of these. */
export interface ApplyOptions {
  /** Whether fields that others manage are taken over; they are named and left alone when absent. */
  readonly forceConflicts?: boolean
  /** Whether it waits until everything serves; it does when absent. */
  readonly wait?: boolean
  /** Whether images and weights that an update needs are fetched before it replaces pods; they are when absent and it waits. */
  readonly fetch?: boolean
  /** Models that are updated at the same time; one after the other when absent, all at once with Infinity or without waiting. */
  readonly parallel?: number
  /** Whether one request is sent through each URL at the end; it is when absent. */
  readonly smoke?: boolean
  /** Whether volumes that the Fleet names no more are pruned too; they are kept when absent. */
  readonly pruneVolumes?: boolean
  /** Why, in words, for the list of revisions. */
  readonly reason?: string
}
