import type { ContainerStatus, Pod } from '../../../kubernetes/index.ts'
import { podProblem, type PodProblem } from '../waiting/pod-problem.ts'
import { cannotPull, containersOf } from '../waiting/pod-stage.ts'

/** How far a node is with what it fetches. */
export type FetchState =
  | { readonly kind: 'done'; readonly imageIds: readonly string[] }
  | { readonly kind: 'going'; readonly message: string }
  /** It may come right by itself: an image pull is tried again. */
  | { readonly kind: 'stuck'; readonly problem: PodProblem }
  | { readonly kind: 'failed'; readonly problem: PodProblem }

/** Failures of a download after which nobody waits for the next try. */
const enough = 3
/** A name that is none, and a pull that is not allowed: no try will change it. */
const hopeless = new Set(['InvalidImageName', 'ErrImageNeverPull'])

/** A container that ran has its image, whatever became of it: some images have nothing to run. */
const hasRun = ({ state, lastState }: ContainerStatus): boolean =>
  state?.running !== undefined ||
  state?.terminated !== undefined ||
  lastState?.terminated !== undefined ||
  ['RunContainerError', 'StartError', 'CrashLoopBackOff'].includes(state?.waiting?.reason ?? '')

/** Reads how far the pod of a fetch is. */
export function fetchState(pod: Pod): FetchState {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  const isFilled = initContainerStatuses.every(({ state }) => state?.terminated?.exitCode === 0)
  const hasImages = containerStatuses.length === (pod.spec?.containers.length ?? 0) && containerStatuses.every(hasRun)
  if (isFilled && hasImages) return { kind: 'done', imageIds: containerStatuses.map(({ imageID }) => imageID) }
  const broken = containersOf(pod).find(cannotPull)
  const problem = podProblem(pod)
  if (problem !== undefined) {
    const restarts = initContainerStatuses.reduce((most, { restartCount }) => Math.max(most, restartCount), 0)
    const isOver = pod.status?.phase === 'Failed' || restarts >= enough
    if (broken === undefined) return isOver ? { kind: 'failed', problem } : { kind: 'going', message: problem.what }
    return { kind: hopeless.has(broken.state?.waiting?.reason ?? '') ? 'failed' : 'stuck', problem }
  }
  const filling = initContainerStatuses.find(({ state }) => state?.running !== undefined)
  return { kind: 'going', message: filling === undefined ? 'pulling images' : 'fetching weights' }
}

/** The digest of an image as a node tells it; undefined where it tells none. */
export const digestOf = (imageId: string): string | undefined => /sha256:[0-9a-f]{64}/.exec(imageId)?.[0]
