import type { Fleet } from '../../../fleet/index.ts'
import { fieldManager, type KubernetesObject } from '../../../kubernetes/index.ts'
import type { PlannedAction, RenderedSource } from '../../contract.ts'
import type { ClusterTargetName } from '../target-names.ts'

/** An object that is to be written. */
export interface PlannedWrite {
  readonly object: KubernetesObject
  readonly verb: 'create' | 'change' | 'adopt'
  /** Whether fields are taken over from helpers of our own, such as `fairlead scale`. */
  readonly takesOver: boolean
  /** Whether running pods are replaced by it. */
  readonly replacesPods?: boolean
}

/** What deciding needs of the Fleet file. */
export interface DecideFor {
  readonly fleet: Fleet
  readonly target: ClusterTargetName
  readonly rendered: Pick<RenderedSource, 'positionOf'>
  /** The Fleet file as the person named it, for commands. */
  readonly shownAs?: string | undefined
  readonly forceConflicts?: boolean
  readonly pruneVolumes?: boolean
}

/** Managers under which Fairlead itself changes single fields between two applies. */
export const isOwnHelper = (manager: string): boolean =>
  manager === fieldManager || manager.startsWith(`${fieldManager}-`)

/** What is decided for one object. */
export interface Decision {
  readonly write?: PlannedWrite
  readonly actions: readonly PlannedAction[]
}
