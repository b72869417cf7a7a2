import type { TargetName } from '../../fleet/index.ts'
import type { Container } from '../../kubernetes/index.ts'
import type { Plan, PlanWarning } from '../../plan/index.ts'
import type { Artifact } from './artifact.ts'

/** A target whose Fleets are files or objects before they run. */
export type RenderedTarget = Exclude<TargetName, 'local'>

/** What rendering is told beside the plan. */
export interface RenderOptions {
  /** Version of Fairlead, which is the tag of its own image. */
  readonly version: string
  /** The Fleet file as it was written: the gateway reads this very text. */
  readonly fleetText: string
  /** `FAIRLEAD_…` variables that overrode fields of it, so that they hold where it runs too. */
  readonly overrides: Readonly<Record<string, string>>
  /** Texts of small files that the Fleet names for engines (`chat.templateFile`), by the names that it gives them. */
  readonly files?: Readonly<Record<string, string>>
  /** Whether the gateway is part of it; without, clients call the engines’ own Services. */
  readonly gateway: boolean
}

/** What came out, and what a person should know of it. */
export interface Rendering {
  /** In the order in which they are written and applied. */
  readonly artifacts: readonly Artifact[]
  /** What fetches weights in place of an engine that does it itself, by the name of its workload; for updates. */
  readonly fetchers?: ReadonlyMap<string, Container>
  /**
   * Of severity `error`: what the target cannot express, with the nearest that works; nothing is dropped silently.
   * `path` is the Fleet’s field.
   */
  readonly notes: readonly PlanWarning[]
}

/** A target as a pure function from a plan to artifacts. The same plan gives the same bytes. */
export interface Renderer {
  readonly name: RenderedTarget
  /** How the target calls itself. */
  readonly title: string
  render(plan: Plan, options: RenderOptions): Rendering
}
