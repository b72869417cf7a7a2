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

const rankOf = ({ object }: ObjectArtifact) => ranks.get(object.kind) ?? order.length

/** Objects in the order in which they are applied; those of one kind keep theirs. */
export function inApplyOrder(artifacts: readonly ObjectArtifact[]): ObjectArtifact[] {
  return artifacts.toSorted((a, b) => rankOf(a) - rankOf(b))
}
