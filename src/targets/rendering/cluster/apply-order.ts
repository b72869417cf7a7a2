import type { KubernetesObject } from '../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../artifact.ts'

/**
 * Kinds in the order in which they are applied: what others refer to first, so that no pod waits for an account or a
 * ConfigMap and none starts before the policies that hold it. Kinds that are not here come last, in the order of rendering.
 */
const order = [
  'Namespace',
  'PriorityClass',
  'RuntimeClass',
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'NetworkPolicy',
  'ConfigMap',
  'Secret',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'DeviceClass',
  'ResourceClaimTemplate',
  'Service',
  'Job',
  'DaemonSet',
  'StatefulSet',
  'LeaderWorkerSet',
  'Deployment',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
  'ScaledObject',
]
const ranks = new Map(order.map((kind, rank) => [kind, rank]))

const rankOf = ({ kind }: KubernetesObject) => ranks.get(kind) ?? order.length

/** Objects in the order in which they are applied; those of one kind keep theirs. */
export function inApplyOrder(artifacts: readonly ObjectArtifact[]): ObjectArtifact[] {
  return artifacts.toSorted((a, b) => rankOf(a.object) - rankOf(b.object))
}

/** Objects in groups that are applied one after the other; those of a group, which are of one kind, do not need each other. */
export function inApplyRanks<Item>(items: readonly Item[], objectOf: (item: Item) => KubernetesObject): Item[][] {
  const groups = Map.groupBy(items, (item) => objectOf(item).kind)
  // Groups keep the order in which their first object came, as kinds do that no rank has.
  return [...groups.values()].toSorted(([a], [b]) => (a && b ? rankOf(objectOf(a)) - rankOf(objectOf(b)) : 0))
}
