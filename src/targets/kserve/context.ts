import type { Fleet } from '../../fleet/index.ts'
import { scrapeAnnotations, type KubernetesContext } from '../kubernetes/index.ts'
import type { Plan } from '../../plan/index.ts'
import { engineServices, gatewayService, type EngineService, type RenderOptions } from '../rendering/index.ts'
import { clusterContext, type ClusterContext, type ObjectsOf as PartOf } from '../rendering/cluster/index.ts'
import { inferencePlace, llmPlace } from './places.ts'

export { enginePart, gatewayPart } from '../rendering/cluster/index.ts'

/** How the target calls itself in notes. */
export const targetTitle = 'kserve'

/** What every part of the target renders from. */
export interface KserveContext extends ClusterContext {
  /** `targets.kserve`. */
  readonly settings: Fleet['targets']['kserve']
  /** The same for what stands around pods as on plain Kubernetes. */
  readonly asKubernetes: KubernetesContext
  /** Whether pods come and go by Knative, which alone knows them. */
  readonly isKnative: boolean
  /** Name of the InferenceService or LLMInferenceService of a kind of replica. */
  serviceName(service: EngineService): string
}

/** A part of the target: what it makes of a Fleet. */
export type ObjectsOf = PartOf<KserveContext>

/** Labels of an engine’s pods. Only our own: KServe finds pods by `app.kubernetes.io/*` and its own labels, which stay its. */
export const podLabelsOf = (service: EngineService, fleet: string): Record<string, string> => ({
  'fairlead.dev/fleet': fleet,
  'fairlead.dev/model': service.modelLabel,
  'fairlead.dev/role': service.role,
})

/** All pods of engines, whose labels are only in part ours. */
export const enginesOf = (fleet: string) => ({
  matchLabels: { 'fairlead.dev/fleet': fleet },
  matchExpressions: [{ key: 'fairlead.dev/model', operator: 'Exists' as const }],
})

/** Annotations of an engine’s pods, where there are any. */
export function annotationsOf(service: EngineService, { podAnnotations }: Pick<KserveContext, 'podAnnotations'>) {
  const annotations = podAnnotations(service)
  return Object.keys(annotations).length === 0 ? {} : { annotations }
}

/** The context of a plan. */
export function contextOf(plan: Plan, options: RenderOptions): KserveContext {
  const { fleet } = plan
  const settings = fleet.targets.kserve
  const cluster = clusterContext(plan, options, {
    title: targetTitle,
    podAnnotations: (service) => scrapeAnnotations(settings, service),
    ...settings,
  })
  const isLlm = settings.kind === 'LLMInferenceService'
  const isKnative = !isLlm && settings.mode === 'Knative'
  const serviceName = (service: EngineService) => startingWithLetter(cluster.names.engine(service))
  // KServe makes a Service of the InferenceService’s own name, and one with `-predictor`.
  const replicasOf = (service: EngineService) => cluster.names.named(`${service.name}-replicas`)
  const names = {
    ...cluster.names,
    engine: replicasOf,
    hostOf: (service: EngineService) => `${replicasOf(service)}.${settings.namespace}.svc`,
  }
  const engines = engineServices(plan, options, isLlm ? (model) => llmPlace(model, settings.namespace) : inferencePlace)
  const placeOfReplicas = (service: EngineService) =>
    isKnative
      ? {
          address: `http://${serviceName(service)}-predictor.${settings.namespace}.svc.cluster.local`,
          resolve: 'static' as const,
        }
      : names.hostOf(service)
  const own: ClusterContext = {
    ...cluster,
    names,
    engines,
    gateway: options.gateway ? gatewayService(plan, engines, placeOfReplicas, options) : null,
    selector: (part) =>
      part.component === 'engine' && part.model !== undefined
        ? {
            'fairlead.dev/fleet': fleet.name,
            'fairlead.dev/model': part.model,
            ...(part.role === undefined ? {} : { 'fairlead.dev/role': part.role }),
          }
        : cluster.selector(part),
  }
  const asSettings = { ...settings, discovery: 'dns' } as const
  return {
    ...own,
    settings,
    asKubernetes: { ...own, settings: asSettings, settingsPath: 'targets.kserve' },
    isKnative,
    serviceName,
  }
}

/** KServe’s names begin with a letter (pkg/apis/serving/v1beta1, IsvcNameFmt). */
const startingWithLetter = (name: string) => (/^[a-z]/.test(name) ? name : `m-${name}`)
