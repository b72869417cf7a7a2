/**
 * NOT KServe: a stand-in for its controller, for tests, of InferenceServices in mode Standard. It makes of them what KServe
 * v0.20 does, as far as Fleets use it: Deployment and Service `<name>-predictor` with the labels and annotations of the
 * InferenceService and its predictor, the runtime’s container with the model’s laid over it, and a status that follows the
 * Deployment, `observedGeneration` included, which KServe too takes from the Deployment.
 *
 * What it does otherwise: no admission (defaults, limits, checks); no storage initializer, so that `/mnt/models` is an empty
 * folder, and no credentials; no autoscaler of any class; no Ingress or HTTPRoute, as with `disableIngressCreation`; no
 * transformer, explainer, workers, canaries, ClusterServingRuntimes, nor templates (`{{.Name}}`) in arguments.
 */
import type { Container, InferenceService, LiveObject, ServingRuntime } from '../../../../src/kubernetes/index.ts'
import { allOf, availability, stamped, type Condition } from './conditions.ts'
import { ownedBy, type ChildObject } from './objects.ts'

type Live<Kind> = Kind & LiveObject

const modelFolder = '/mnt/models'
const weights = { name: 'kserve-provision-location', mountPath: modelFolder }

/** Fields of a predictor that are not its pod’s. */
const notOfPod = new Set([
  'model',
  'labels',
  'annotations',
  'minReplicas',
  'maxReplicas',
  'scaleTarget',
  'scaleMetric',
  'autoScaling',
  'timeout',
  'containerConcurrency',
  'deploymentStrategy',
  'storageUris',
  'storageContainerName',
  'canaryTrafficPercent',
])
/** Fields of a predictor’s model that are not its container’s. */
const notOfContainer = new Set(['modelFormat', 'runtime', 'storageUri', 'storage', 'protocolVersion'])

const without = (value: object, names: ReadonlySet<string>): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)))

const nameOf = ({ metadata }: LiveObject) => `${metadata.name}-predictor`

/** Whether an InferenceService is this stand-in’s. */
export const isStandard = ({ metadata }: LiveObject): boolean =>
  metadata.annotations?.['serving.kserve.io/deploymentMode'] !== 'Knative'

/** What KServe makes of an InferenceService. */
export function childrenOf(service: Live<InferenceService>, runtime: ServingRuntime): ChildObject[] {
  const { metadata, spec } = service
  const predictor = spec?.predictor ?? {}
  const name = nameOf(service)
  const namespace = metadata.namespace ?? ''
  const labels = {
    ...runtime.spec?.labels,
    ...metadata.labels,
    ...predictor.labels,
    'serving.kserve.io/inferenceservice': metadata.name,
    component: 'predictor',
  }
  const annotations = { ...runtime.spec?.annotations, ...metadata.annotations, ...predictor.annotations }
  const selector = { app: `isvc.${name}` }
  const isFixed = metadata.annotations?.['serving.kserve.io/autoscalerClass'] === 'none'
  const own = { name, namespace, labels: { ...labels, ...selector }, annotations, ownerReferences: [ownedBy(service)] }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: own,
      spec: {
        ...(isFixed ? { replicas: predictor.minReplicas ?? 1 } : {}),
        selector: { matchLabels: selector },
        strategy: predictor.deploymentStrategy ?? {},
        template: { metadata: { labels: own.labels, annotations }, spec: podOf(service, runtime) },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...own, labels },
      spec: { selector, ports: [{ name, port: 80, targetPort: portOf(runtime), protocol: 'TCP' }] },
    },
  ]
}

const portOf = ({ spec }: ServingRuntime) => spec?.containers[0]?.ports?.[0]?.containerPort ?? 8080

function podOf({ metadata, spec }: Live<InferenceService>, runtime: ServingRuntime): object {
  const predictor = spec?.predictor ?? {}
  const [base, ...others] = runtime.spec?.containers ?? []
  const model = without(predictor.model ?? {}, notOfContainer) as Partial<Container>
  const hasWeights = predictor.model?.storageUri !== undefined || predictor.storageUris !== undefined
  const pod = without(predictor, notOfPod) as { readonly volumes?: readonly object[] }
  const container = {
    ...base,
    ...model,
    args: [...(base?.args ?? []), ...(model.args ?? [])],
    env: [...(base?.env ?? []), ...(model.env ?? []), { name: 'INFERENCE_SERVICE_NAME', value: metadata.name }],
    volumeMounts: [...(model.volumeMounts ?? []), ...(hasWeights ? [weights] : [])],
  }
  return {
    ...pod,
    containers: [container, ...others],
    volumes: [...(pod.volumes ?? []), ...(hasWeights ? [{ name: weights.name, emptyDir: {} }] : [])],
  }
}

/** What KServe says of an InferenceService by the Deployment that it made. */
export function statusOf(service: Live<InferenceService>, deployment: LiveObject | undefined): object {
  const predictor = availability('PredictorReady', deployment)
  const ingress: Condition = { type: 'IngressReady', status: predictor.status }
  const conditions = [predictor, ingress, allOf('Ready', [predictor, ingress])]
  const url = `http://${nameOf(service)}.${service.metadata.namespace ?? ''}.svc.cluster.local`
  const isReady = predictor.status === 'True'
  const observed = deployment?.['status'] as { readonly observedGeneration?: number } | undefined
  return {
    conditions: stamped(conditions, service),
    deploymentMode: 'Standard',
    servingRuntimeName: service.spec?.predictor.model?.runtime ?? '',
    ...(observed?.observedGeneration === undefined ? {} : { observedGeneration: observed.observedGeneration }),
    components: { predictor: isReady ? { url } : {} },
    modelStatus: {
      copies: { failedCopies: 0 },
      transitionStatus: isReady ? 'UpToDate' : 'InProgress',
      states: { activeModelState: isReady ? 'Loaded' : '', targetModelState: isReady ? 'Loaded' : 'Loading' },
    },
    ...(isReady ? { url, address: { url } } : {}),
  }
}

/** What KServe says while the runtime is not there that an InferenceService names. */
export function withoutRuntime(service: Live<InferenceService>): object {
  const reason = { reason: 'RuntimeNotRecognized', message: 'Waiting for runtime to become available' }
  return {
    conditions: stamped(
      [
        { type: 'PredictorReady', status: 'False', ...reason },
        { type: 'Ready', status: 'False', ...reason },
      ],
      service,
    ),
    modelStatus: { transitionStatus: 'InvalidSpec', lastFailureInfo: reason },
  }
}
