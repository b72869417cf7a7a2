import type { ContainerStatus, Pod } from '../../../kubernetes/index.ts'

/** Where a pod is on its way, in the order in which it gets there. */
export const podStages = ['scheduling', 'volume', 'image', 'starting', 'loading', 'ready', 'ending', 'failed'] as const
/** One of them. */
export type PodStage = (typeof podStages)[number]

const isTrue = ({ status }: Pod, type: string) =>
  status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true

/** Every container of a pod, those that run before the others first. */
export function containersOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
}

const pulling = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
])
/** Whether a container waits for its image in vain. */
export const cannotPull = (container: ContainerStatus): boolean => pulling.has(container.state?.waiting?.reason ?? '')

/** Where a pod is on its way. */
export function podStage(pod: Pod): PodStage {
  const { metadata, status } = pod
  if (metadata.deletionTimestamp !== undefined) return 'ending'
  if (status?.phase === 'Failed') return 'failed'
  if (status?.phase === 'Succeeded') return 'ready'
  if (!isTrue(pod, 'PodScheduled')) return 'scheduling'
  if (isTrue(pod, 'Ready')) return 'ready'
  const containers = containersOf(pod)
  if (containers.some((container) => container.state?.running !== undefined)) return 'loading'
  if (containers.some(cannotPull)) return 'image'
  // Volumes are mounted before the sandbox is made, and images pulled after it.
  const hasSandbox = isTrue(pod, 'PodReadyToStartContainers') || status?.podIP !== undefined
  if (containers.some(({ restartCount }) => restartCount > 0)) return 'starting'
  return hasSandbox ? 'image' : 'volume'
}

/** When the engine of a pod began to load; undefined before. */
export function loadingSince(pod: Pod): string | undefined {
  return containersOf(pod).find(({ state }) => state?.running !== undefined)?.state?.running?.startedAt
}

/** Times that its containers were started again. */
export function restartsOf(pod: Pod): number {
  return containersOf(pod).reduce((sum, { restartCount }) => sum + restartCount, 0)
}
