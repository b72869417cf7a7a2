import type {
  Container,
  Deployment,
  InferenceService,
  KubernetesObject,
  LLMInferenceService,
  LeaderWorkerSet,
} from '../../../kubernetes/index.ts'
import type { PolicyPod } from './connections.ts'

/** A pod of what a Fleet renders to. */
export interface RenderedPod extends PolicyPod {
  /** Name of the object that it is of. */
  readonly name: string
  /** Ports that its containers say, with their names. */
  readonly ports: readonly { readonly name: string; readonly port: number }[]
}

type Template = NonNullable<Deployment['spec']>['template']

/**
 * A pod of each kind that objects become: of workloads as their templates say, of KServe’s resources with the labels that its controllers
 * add (kserve pkg/controller: `serving.kserve.io/inferenceservice`, `app.kubernetes.io/*` and `kserve.io/component`).
 */
export const renderedPods = (objects: readonly KubernetesObject[]): RenderedPod[] => objects.flatMap(podsOf)

function podsOf(object: KubernetesObject): RenderedPod[] {
  const { namespace = 'default', name = '' } = object.metadata
  const of = (template: Template | undefined, labels: Readonly<Record<string, string>> = {}): RenderedPod[] => {
    if (template === undefined) return []
    const { initContainers = [], containers = [] } = template.spec ?? {}
    const ports = [...initContainers, ...containers].flatMap(portsOf)
    return [{ name, namespace, labels: { ...template.metadata?.labels, ...labels }, ports }]
  }
  switch (object.kind) {
    case 'Deployment':
    case 'Job':
    case 'DaemonSet':
    case 'StatefulSet':
      return of((object as Deployment).spec?.template)
    case 'LeaderWorkerSet': {
      const group = (object as LeaderWorkerSet).spec?.leaderWorkerTemplate
      return [...of(group?.leaderTemplate), ...of(group?.workerTemplate)]
    }
    case 'InferenceService': {
      const { predictor } = (object as InferenceService).spec ?? {}
      const metadata = { labels: predictor?.labels ?? {} }
      return of({ metadata, spec: undefined }, { 'serving.kserve.io/inferenceservice': name })
    }
    case 'LLMInferenceService': {
      const { labels, prefill } = (object as LLMInferenceService).spec ?? {}
      const added = {
        'app.kubernetes.io/name': name,
        'app.kubernetes.io/part-of': 'llminferenceservice',
        'kserve.io/component': 'workload',
      }
      const workloads = prefill === undefined ? [labels] : [labels, prefill.labels]
      return workloads.flatMap((each = {}) => of({ metadata: { labels: each }, spec: undefined }, added))
    }
    default:
      return []
  }
}

const portsOf = ({ ports = [] }: Container) =>
  ports.flatMap(({ name = '', containerPort }) => [{ name, port: containerPort }])
