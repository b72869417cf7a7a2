import type { NodeSelectorRequirement, PodSpec } from '../../../kubernetes/index.ts'
import type { EngineService } from '../engine-service.ts'
import type { Commented } from './commented.ts'
import { gpusOfPod } from './gpu-request.ts'
import { gpuNodeRequirement } from './gpus.ts'

type Placement = Pick<
  PodSpec,
  'nodeSelector' | 'affinity' | 'tolerations' | 'topologySpreadConstraints' | 'priorityClassName'
>

/** Labels by which people choose nodes with a kind of GPU; where the Fleet names one, it has the word. */
const choosesNodes = /gpu|accelerator|instance-type|kubernetes\.io\/hostname|nodepool/i

/**
 * Which nodes a service’s pods run on, and how they spread.
 * @param selector labels of its pods
 */
export function placementOf(service: EngineService, selector: Record<string, string>): Commented<Placement> {
  const { nodeSelector, tolerations, nodeAffinity, priorityClass } = service.model.placement
  const own = [...Object.keys(nodeSelector), ...nodeAffinity.map(({ key }) => key)]
  const product = own.some((key) => choosesNodes.test(key)) ? undefined : gpuNodeRequirement(service)
  const affinity = affinityOf(service, product, selector)
  const spreads = service.model.placement.spread.length === 0 && service.pool.replicas.max > 1
  return {
    value: {
      ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
      ...(affinity === undefined ? {} : { affinity }),
      ...tolerationsOf(service, tolerations),
      ...(spreads ? { topologySpreadConstraints: [spreadOverHosts(selector)] } : {}),
      ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass }),
    },
    comments: [
      ...(product === undefined
        ? []
        : [
            {
              path: ['affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'],
              text: `Nodes with ${service.pool.gpu?.title ?? 'its GPU'}, by the label of GPU Feature Discovery. Where nodes have none, name them by placement.nodeSelector.`,
            },
          ]),
      ...(spreads
        ? [{ path: ['topologySpreadConstraints'], text: 'One node that fails takes as few replicas as can be.' }]
        : []),
    ],
  }
}

/** One replica a node as long as there are nodes; never a reason to wait. */
export const spreadOverHosts = (
  selector: Record<string, string>,
): NonNullable<PodSpec['topologySpreadConstraints']>[number] => ({
  maxSkew: 1,
  topologyKey: 'kubernetes.io/hostname',
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels: selector },
})

/** GPU nodes are usually tainted by the resource’s name, so that other pods stay away. */
function tolerationsOf(
  service: EngineService,
  own: EngineService['model']['placement']['tolerations'],
): Pick<PodSpec, 'tolerations'> {
  const vendor = service.pool.gpu?.vendor ?? 'nvidia'
  const tolerations = [
    ...(gpusOfPod(service) === 0 || own.some(({ key }) => key === `${vendor}.com/gpu`)
      ? []
      : [{ key: `${vendor}.com/gpu`, operator: 'Exists' as const, effect: 'NoSchedule' as const }]),
    ...own.map(({ key, operator, value, effect }) => ({
      ...(key === undefined ? {} : { key }),
      // Every key is tolerated only by operator Exists.
      operator: key === undefined ? ('Exists' as const) : operator,
      ...(value === undefined || operator === 'Exists' || key === undefined ? {} : { value }),
      ...(effect === undefined ? {} : { effect }),
    })),
  ]
  return tolerations.length === 0 ? {} : { tolerations }
}

function affinityOf(
  service: EngineService,
  product: NodeSelectorRequirement | undefined,
  selector: Record<string, string>,
): PodSpec['affinity'] {
  const { nodeAffinity, spread } = service.model.placement
  const requirement = ({ key, operator, values }: (typeof nodeAffinity)[number]): NodeSelectorRequirement => ({
    key,
    operator,
    ...(values.length === 0 ? {} : { values }),
  })
  const required = [
    ...nodeAffinity.filter(({ weight }) => weight === undefined).map(requirement),
    ...(product === undefined ? [] : [product]),
  ]
  const preferred = nodeAffinity.flatMap((each) =>
    each.weight === undefined ? [] : [{ weight: each.weight, preference: { matchExpressions: [requirement(each)] } }],
  )
  const node = {
    ...(required.length === 0
      ? {}
      : {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: required }] },
        }),
    ...(preferred.length === 0 ? {} : { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
  }
  const term = (topologyKey: string) => ({ topologyKey, labelSelector: { matchLabels: selector } })
  const apart = spread.filter(({ required: must }) => must).map(({ topologyKey }) => term(topologyKey))
  const rather = spread
    .filter(({ required: must }) => !must)
    .map(({ topologyKey }) => ({ weight: 100, podAffinityTerm: term(topologyKey) }))
  const pods = {
    ...(apart.length === 0 ? {} : { requiredDuringSchedulingIgnoredDuringExecution: apart }),
    ...(rather.length === 0 ? {} : { preferredDuringSchedulingIgnoredDuringExecution: rather }),
  }
  const affinity = {
    ...(Object.keys(node).length === 0 ? {} : { nodeAffinity: node }),
    ...(Object.keys(pods).length === 0 ? {} : { podAntiAffinity: pods }),
  }
  return Object.keys(affinity).length === 0 ? undefined : affinity
}
