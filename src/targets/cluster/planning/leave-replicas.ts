import { fieldManager, type KubernetesObject, type LiveObject } from '../../../kubernetes/index.ts'
import { scaledRangeOf } from '../../scaling/index.ts'
import { managersOf } from '../difference/managed-fields.ts'

interface Replicated extends KubernetesObject {
  readonly spec?: { readonly replicas?: number } & Readonly<Record<string, unknown>>
}

/**
 * An object as it is to be applied. Where Fairlead scales a workload, the number of replicas that is rendered is the one to begin
 * with, and what has become of it stays: once somebody has scaled, applying gives the field up; until then it stays what it is,
 * between the bounds.
 */
export function leaveReplicas<Wanted extends KubernetesObject | undefined>(
  wanted: Wanted,
  live: LiveObject | undefined,
): Wanted | KubernetesObject {
  const range = wanted === undefined ? undefined : scaledRangeOf(wanted)
  if (wanted === undefined || live === undefined || range === undefined) return wanted
  const { spec, ...rest }: Replicated = wanted
  const { replicas: first, ...others } = spec ?? {}
  const managers = managersOf(live, ['spec', 'replicas'])
  if (managers.length !== 1 || managers[0] !== fieldManager) return { ...rest, spec: others } as KubernetesObject
  const now = (live as Replicated & LiveObject).spec?.replicas ?? first ?? 1
  const replicas = Math.min(range.max, Math.max(range.min, now))
  return { ...rest, spec: { ...others, replicas } } as KubernetesObject
}
