import type { FieldProblem, KubernetesObject, LiveObject, ObjectRef } from '../../../kubernetes/index.ts'
import type { SecretState } from '../../contract.ts'
import type { Inventory } from '../inventory/inventory.ts'

/** What a server says to one object that is to be. */
export type Verdict =
  /** As it would be; `conflicts` are fields of others that it would take over. */
  | { readonly kind: 'taken'; readonly result: LiveObject; readonly conflicts: readonly FieldProblem[] }
  /** It cannot be asked, because the object’s namespace is yet to be made. */
  | { readonly kind: 'unasked' }
  | { readonly kind: 'unserved' }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }

/** One object that is to be, and what the server has of it. */
export interface ObservedObject {
  readonly wanted: KubernetesObject
  readonly live: LiveObject | undefined
  readonly verdict: Verdict
}

/** A Fleet as a cluster has it, seen from what it is to be. */
export interface ObservedFleet {
  readonly namespace: string
  /** Of the Fleet’s namespace: whether it is there, is to be made, or neither. */
  readonly namespaceState: 'present' | 'rendered' | 'absent' | 'terminating'
  readonly inventory: Inventory | undefined
  readonly objects: readonly ObservedObject[]
  /** What the last completed revision applied, by key; empty where that is not known. */
  readonly applied: ReadonlyMap<string, KubernetesObject>
  /** What the inventory has and the Fleet no longer, as it is now; without `live` it is gone. */
  readonly leftovers: readonly { readonly ref: ObjectRef; readonly live: LiveObject | undefined }[]
  readonly secrets: readonly SecretState[]
}
