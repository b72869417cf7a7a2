import type { KubernetesObject } from '../../../kubernetes/index.ts'

/** Label of objects that have no namespace: that of the Fleet they belong to, since several may have Fleets of one name. */
const namespaceLabel = 'fairlead.dev/namespace'

/** Whether an object is of this Fleet: only such are changed without asking, and removed at all. */
export function isOfFleet({ metadata: { labels } }: KubernetesObject, fleet: string, namespace: string): boolean {
  const place = labels?.[namespaceLabel]
  return (
    labels?.['app.kubernetes.io/managed-by'] === 'fairlead' &&
    labels['fairlead.dev/fleet'] === fleet &&
    (place === undefined || place === namespace)
  )
}

/** Kinds that several owners share, so that one without our labels is taken in rather than refused, and none is removed. */
const shared = new Set(['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'RuntimeClass', 'DeviceClass'])
/** Whether an object of this kind may be somebody else’s as well. */
export const isShared = (kind: string): boolean => shared.has(kind)

/** Kinds that hold what cannot be made again by applying. */
const holdingData = new Set(['PersistentVolumeClaim', 'PersistentVolume'])
/** Whether removing an object of this kind loses models or state. */
export const holdsData = (kind: string): boolean => holdingData.has(kind)

/** Who else an object belongs to, by its label, else by who wrote it last. */
export function ownerOf({ metadata: { labels, managedFields } }: KubernetesObject): string {
  const fleet = labels?.['fairlead.dev/fleet']
  const place = labels?.[namespaceLabel]
  if (fleet !== undefined) return `Fleet ${fleet}${place === undefined ? '' : ` of namespace ${place}`}`
  const label = labels?.['app.kubernetes.io/managed-by']
  const managers = [
    ...new Set((managedFields ?? []).map(({ manager }) => manager).filter((name) => name !== undefined)),
  ]
  return label ?? (managers.length === 0 ? 'somebody else' : managers.join(', '))
}
