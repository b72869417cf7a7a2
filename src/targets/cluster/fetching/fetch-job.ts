import type { Container, Job, PodSpec } from '../../../kubernetes/index.ts'
import type { Fetch } from './decide-fetch.ts'

/** Label of what fetches for a Fleet; these pods are none of its own, so no Service and no policy has them. */
export const fetchLabel = 'fairlead.dev/fetches-for'
/** A Job that nobody takes away, since whoever made it is gone. */
const keptSeconds = 300
/** Tries of a download; each goes on where the last one stopped. */
const tries = 6
/** A name is at most 63 characters, and pods add to it. */
const longestName = 40

/** What a Job for one node is made with. */
export interface FetchJobFacts {
  readonly fleet: string
  readonly namespace: string
  readonly node: string
  /** Tells it from others of its workload. */
  readonly suffix: string
  readonly timeoutMs: number
  /** Whether weights are fetched here, too. */
  readonly hasWeights: boolean
}

/**
 * A Job that has a node pull images, which then run nothing, and fetch weights to where the engine looks for them. It goes to
 * its node past the scheduler and asks for next to nothing, since the node is full of what it is to replace.
 */
export function fetchJob({ workload, spec, images, weights }: Fetch, facts: FetchJobFacts): Job {
  const { fleet, namespace, node, suffix, timeoutMs, hasWeights } = facts
  const labels = { 'app.kubernetes.io/managed-by': 'fairlead', [fetchLabel]: fleet }
  const [engine] = spec.containers
  const initContainers = hasWeights ? weights.map((container) => ({ ...container, resources: small(container) })) : []
  const wanted = images.length > 0 ? images : [engine?.image ?? '']
  const containers = wanted.map((image, index) => puller(`image-${index}`, image, spec))
  const mounted = new Set(initContainers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)))
  const volumes = (spec.volumes ?? []).filter(({ name }) => mounted.has(name))
  const pod: PodSpec = {
    nodeName: node,
    restartPolicy: 'OnFailure',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    tolerations: [{ operator: 'Exists' }],
    ...(spec.serviceAccountName === undefined ? {} : { serviceAccountName: spec.serviceAccountName }),
    ...(spec.imagePullSecrets === undefined ? {} : { imagePullSecrets: spec.imagePullSecrets }),
    ...(spec.securityContext === undefined ? {} : { securityContext: spec.securityContext }),
    ...(initContainers.length === 0 ? {} : { initContainers }),
    containers,
    volumes,
  }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${workload.slice(0, longestName)}-fetch-${suffix}`, namespace, labels },
    spec: {
      backoffLimit: tries,
      activeDeadlineSeconds: Math.ceil(timeoutMs / 1_000),
      ttlSecondsAfterFinished: keptSeconds,
      template: { metadata: { labels }, spec: pod },
    },
  }
}

/** A container that has its image pulled and runs nothing of it, with what the engine’s own may do. */
function puller(name: string, image: string, { containers }: PodSpec): Container {
  const like = containers.find((container) => container.image === image) ?? containers[0]
  const container: Container = {
    name,
    image,
    command: ['true'],
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
  }
  if (like?.imagePullPolicy !== undefined) container.imagePullPolicy = like.imagePullPolicy
  if (like?.securityContext !== undefined) container.securityContext = like.securityContext
  return container
}

/** A container’s limits, without room that would have to be free beside what runs. */
function small({ resources }: Container): Container['resources'] {
  const requests = { cpu: '10m', memory: '64Mi' }
  return resources?.limits === undefined ? { requests } : { requests, limits: resources.limits }
}

/** Whether the weights go to a volume that all nodes see, so that one of them fetches for all. */
export function isShared({ spec, weights }: Fetch): boolean {
  const mounted = new Set(weights.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)))
  return (spec.volumes ?? []).some(
    ({ name, persistentVolumeClaim }) => mounted.has(name) && persistentVolumeClaim !== undefined,
  )
}
