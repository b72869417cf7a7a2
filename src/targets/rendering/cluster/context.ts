import type { Fleet } from '../../../fleet/index.ts'
import { objectLabels, selectorLabels, type ObjectMeta, type Part } from '../../../kubernetes/index.ts'
import type { Plan, PlanWarning } from '../../../plan/index.ts'
import type { Artifact, ObjectArtifact } from '../artifact.ts'
import type { RenderOptions } from '../contract.ts'
import { enginePorts, engineServices, type EngineService } from '../engine-service.ts'
import { gatewayService, type GatewayService, type ReplicasPlace } from '../gateway-service.ts'
import { withKeys } from './keys.ts'
import { namesOf, type ObjectNames } from './names.ts'

/** A part of a Fleet, without its name. */
export type PartOfFleet = Omit<Part, 'fleet'>

/** What every part of a target on Kubernetes renders from. */
export interface ClusterContext {
  readonly plan: Plan
  readonly fleet: Fleet
  readonly options: RenderOptions
  /** How the target calls itself in notes. */
  readonly title: string
  readonly namespace: string
  readonly names: ObjectNames
  /** Every kind of replica that the Fleet starts itself. */
  readonly engines: readonly EngineService[]
  /** Null where the gateway is left out. */
  readonly gateway: GatewayService | null
  /** RuntimeClass of pods with GPUs; the nodes’ own runtime when absent. */
  readonly runtimeClass?: string
  /** Whether the gateway asks the API server where engines are, as its own service account. */
  readonly asksCluster: boolean
  /** Metadata of an object in the Fleet’s namespace: name, labels, and what the Fleet adds to every object. */
  metadata(name: string, part: PartOfFleet): ObjectMeta
  /** Labels of a part’s pods: those of objects, which hold the ones that selectors match. */
  podLabels(part: PartOfFleet): Record<string, string>
  /** Annotations of an engine’s pods that serve, or of the gateway’s. */
  podAnnotations(service?: EngineService): Readonly<Record<string, string>>
  /** Labels by which controllers, Services and policies find a part’s pods; they never change. */
  selector(part: PartOfFleet): Record<string, string>
}

/** What a part gives: objects, and what a person should know of them. */
export interface Rendered {
  readonly objects?: readonly ObjectArtifact[]
  /** Files beside the objects, such as values of another chart; in folders, where `kubectl apply -f` does not look. */
  readonly files?: readonly Artifact[]
  readonly notes?: readonly PlanWarning[]
}

/** A part of a target: what it makes of a Fleet. */
export type ObjectsOf<Context extends ClusterContext = ClusterContext> = (context: Context) => Rendered

/** Of which part of the Fleet an engine’s objects are. */
export const enginePart = ({ modelLabel, role }: EngineService): PartOfFleet => ({
  component: 'engine',
  model: modelLabel,
  role,
})

/** Of which part the gateway’s objects are. */
export const gatewayPart: PartOfFleet = { component: 'gateway' }

/** What a target says of all its objects. */
interface ClusterSettings {
  readonly title: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly podAnnotations?: ClusterContext['podAnnotations']
  /** How the gateway finds engines; by DNS when absent. */
  readonly discovery?: 'endpointSlices' | 'dns'
  readonly runtimeClass?: string | undefined
  /** Name of the Service that clients call; the Fleet’s when absent. */
  readonly serviceName?: string | undefined
}

/** The context of a plan. */
export function clusterContext(plan: Plan, asked: RenderOptions, settings: ClusterSettings): ClusterContext {
  const { fleet, options } = withKeys(plan.fleet, asked)
  const { title, namespace, labels, annotations, runtimeClass } = settings
  const names = namesOf(fleet, settings)
  const engines = engineServices(plan, options)
  const asksCluster = settings.discovery === 'endpointSlices' && options.gateway && engines.length > 0
  const placeOf = (engine: EngineService): string | ReplicasPlace =>
    asksCluster
      ? { address: `http://${names.hostOf(engine)}:${enginePorts.http}`, resolve: 'endpointSlices' }
      : names.hostOf(engine)
  const labelsOf = (part: PartOfFleet) => ({ ...labels, ...objectLabels({ fleet: fleet.name, ...part }) })
  return {
    plan,
    fleet,
    options,
    title,
    namespace,
    names,
    engines,
    ...(runtimeClass === undefined ? {} : { runtimeClass }),
    gateway: options.gateway ? gatewayService(plan, engines, placeOf, options) : null,
    asksCluster,
    metadata: (name, part) => ({
      name,
      namespace,
      labels: labelsOf(part),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    }),
    podLabels: labelsOf,
    podAnnotations: settings.podAnnotations ?? (() => ({})),
    selector: (part) => selectorLabels({ fleet: fleet.name, ...part }),
  }
}
