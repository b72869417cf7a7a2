import type { PoolName } from '../../scheduling/index.ts'
import type { ExplainedScaling, ScaledRange } from '../scaling/index.ts'

/** Who scales the models of a Fleet that runs, as the objects of its cluster tell. */
export interface FleetScaling {
  readonly namespace: string
  /** What the controller decided last of the pools that it scales. */
  readonly pools: readonly ExplainedScaling[]
  /** What keeps the controller from scaling as it should; null where nothing does. */
  readonly problem: string | null
  /** Pools of which the controller tells nothing. */
  readonly others: readonly LeftPool[]
}

/** A pool and who scales it, beside the controller. */
export interface LeftPool extends PoolName {
  readonly by:
    /** An object that says how many replicas there are. */
    | { readonly kind: 'object'; readonly title: string; readonly command: string }
    /** The autoscaler of the platform that made its workload. */
    | { readonly kind: 'platform'; readonly command: string }
    /** A controller, which has not told anything of it yet. */
    | { readonly kind: 'controller'; readonly range: ScaledRange; readonly command: string }
    /** A controller would, and the Fleet is no object that one could see. */
    | { readonly kind: 'no_controller'; readonly range: ScaledRange; readonly replicas: number }
    /** Nobody: it has as many as the Fleet says. */
    | { readonly kind: 'nobody' }
}
