import type { Container, InferenceService, PodSpec } from '../../../kubernetes/index.ts'
import { enginePorts, type Comment, type EngineService } from '../../rendering/index.ts'
import { enginePod, literal } from '../../rendering/cluster/index.ts'
import { annotationsOf, podLabelsOf, type KserveContext } from '../context.ts'
import { partsOf } from '../command-parts.ts'
import { modelStorage, storageUris } from '../sources/index.ts'
import { storageAccount, storageContainerName } from '../weights/index.ts'
import { withLimits } from './resources.ts'
import { modelFormat, runtimeName } from './runtimes.ts'

type Predictor = NonNullable<InferenceService['spec']>['predictor']

const seconds = (milliseconds: number) => Math.max(1, Math.ceil(milliseconds / 1_000))

/** The predictor of a kind of replica: its model with its arguments, and the pod around it. */
export function predictorOf(
  service: EngineService,
  context: KserveContext,
): { readonly value: Predictor; readonly comments: readonly Comment[] } {
  const { fleet, isKnative } = context
  // KServe mounts the weights, so the pod has none of its own.
  const { value: pod, comments } = enginePod({ ...service, weights: null }, context)
  const [container] = pod.containers
  const storage = modelStorage(service.model)
  const containerName = storageContainerName(service, context)
  const hasAdapters = storage !== null && storage.adapters.length > 0
  const { maxUnavailable } = service.model.rollout
  const value: Predictor = {
    labels: podLabelsOf(service, fleet.name),
    ...annotationsOf(service, context),
    timeout: seconds(service.model.deadlines.total),
    ...(isKnative
      ? {}
      : { deploymentStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge: 1 } } }),
    model: {
      // KServe’s own name for the container stays.
      modelFormat: { name: modelFormat(service.model.engine), version: '1' },
      runtime: runtimeName(service, context),
      ...(storage === null || hasAdapters ? {} : { storageUri: storage.model.uri }),
      args: partsOf(service).ofModel.map(literal),
      ...(container === undefined ? {} : modelContainer(container, service, isKnative)),
    },
    ...(storage !== null && hasAdapters ? { storageUris: storageUris(storage) } : {}),
    ...(containerName === undefined ? {} : { storageContainerName: containerName }),
    ...podFields(pod, isKnative),
    serviceAccountName: storageAccount(context),
  }
  return {
    value,
    comments: [
      ...comments.filter(({ path }) => path[0] !== 'containers' && isThere(value, path)),
      ...(value.model?.resources === undefined ? [] : [limitsComment]),
      ...comments
        .filter(({ path }) => path[0] === 'containers' && path[1] === 0 && path[2] !== 'resources')
        .map(({ path, text }) => ({ path: ['model', ...path.slice(2)], text }))
        .filter(({ path }) => isThere(value, path)),
    ],
  }
}

const limitsComment: Comment = {
  path: ['model', 'resources'],
  text: 'With limits, since KServe gives a container without them 1 CPU and 2 GiB, less than it asks for.',
}

/** A probe on the engine’s port by its number: Knative names ports itself. */
const probe = (each: Container['startupProbe']) =>
  each === undefined ? undefined : { ...each, httpGet: { path: each.httpGet?.path ?? '/', port: enginePorts.http } }

/** What of the container differs from model to model. */
function modelContainer(
  { env, resources, volumeMounts, startupProbe, readinessProbe, livenessProbe, lifecycle }: Container,
  service: EngineService,
  isKnative: boolean,
): Partial<Container> {
  const limited = withLimits(resources, service)
  const further = service.ports.filter(({ name }) => name !== 'http')
  return {
    ...(env === undefined || env.length === 0 ? {} : { env }),
    // Knative knows one port a container.
    ...(isKnative || further.length === 0
      ? {}
      : {
          ports: [
            { name: 'http', containerPort: enginePorts.http, protocol: 'TCP' as const },
            ...further.map(({ name, port }) => ({ name: portOf(name), containerPort: port, protocol: 'TCP' as const })),
          ],
        }),
    ...(limited === undefined ? {} : { resources: limited }),
    startupProbe: probe(startupProbe),
    readinessProbe: probe(readinessProbe),
    livenessProbe: probe(livenessProbe),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(volumeMounts === undefined || volumeMounts.length === 0 ? {} : { volumeMounts }),
  }
}

const portOf = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The pod’s own fields; Knative sets the time to stop itself, from the longest request. */
function podFields(pod: PodSpec, isKnative: boolean): Omit<Partial<PodSpec>, 'containers'> {
  const { containers: _, serviceAccountName: _account, terminationGracePeriodSeconds, ...fields } = pod
  return {
    ...fields,
    ...(isKnative || terminationGracePeriodSeconds === undefined ? {} : { terminationGracePeriodSeconds }),
  }
}

/** Whether a path leads to something. */
function isThere(value: unknown, path: Comment['path']): boolean {
  let at: unknown = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return false
    at = (at as Record<string | number, unknown>)[step]
  }
  return at !== undefined
}
