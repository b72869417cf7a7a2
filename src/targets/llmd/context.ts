import type { Fleet } from '../../fleet/index.ts'
import type { Plan } from '../../plan/index.ts'
import type { KubernetesContext } from '../kubernetes/index.ts'
import { clusterContext, type ObjectsOf as PartOf } from '../rendering/cluster/index.ts'
import type { RenderOptions } from '../rendering/index.ts'
import { asMember } from './pods/index.ts'
import { modelPools, type ModelPool } from './pools/index.ts'
import { gatewayBehindPickers } from './gateway-pools.ts'
import { targetTitle } from './release.ts'

/** What every part of the target renders from; what it shares with plain Kubernetes is that target’s own context. */
export interface LlmdContext extends KubernetesContext {
  /** `targets.llmd`. */
  readonly llmd: Fleet['targets']['llmd']
  /** One for each model whose engines the Fleet starts. */
  readonly pools: readonly ModelPool[]
}

/** A part of the target: what it makes of a Fleet. */
export type ObjectsOf = PartOf<LlmdContext>

/** The context of a plan. */
export function contextOf(plan: Plan, options: RenderOptions): LlmdContext {
  const { llmd } = plan.fleet.targets
  const base = clusterContext(plan, options, { ...llmd, title: targetTitle })
  const pools = modelPools(base)
  return {
    ...base,
    engines: base.engines.map(asMember),
    gateway: base.gateway === null ? null : gatewayBehindPickers(base.gateway, pools, base.namespace),
    settings: withoutSurroundings(plan.fleet.targets, llmd),
    llmd,
    pools,
  }
}

/** `targets.kubernetes` as it is here: what it adds to workloads, llm-d’s settings do not have. */
const withoutSurroundings = (
  { kubernetes }: Fleet['targets'],
  { namespace, labels, annotations }: Fleet['targets']['llmd'],
): KubernetesContext['settings'] => ({
  ...kubernetes,
  namespace,
  labels,
  annotations,
  serviceName: undefined,
  servicePort: undefined,
  gpuQuota: undefined,
  ingress: undefined,
  serviceType: 'ClusterIP',
  serviceAliases: [],
  sessionAffinity: false,
  networkPolicy: false,
  monitoring: 'none',
  quota: {},
})
