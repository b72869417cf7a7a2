import type { Fleet } from '../../fleet/index.ts'
import type { Plan } from '../../plan/index.ts'
import { scrapeAnnotations, type KubernetesContext } from '../kubernetes/index.ts'
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
  const base = clusterContext(plan, options, {
    ...llmd,
    title: targetTitle,
    podAnnotations: (service) => scrapeAnnotations(llmd, service),
  })
  const pools = modelPools(base)
  return {
    ...base,
    engines: base.engines.map(asMember),
    gateway: base.gateway === null ? null : gatewayBehindPickers(base.gateway, pools, base.namespace),
    settings: asSettings(plan.fleet.targets),
    settingsPath: 'targets.llmd',
    llmd,
    pools,
  }
}

/** `targets.kubernetes` as it is here: `targets.llmd`, where pickers find engines. */
const asSettings = ({ llmd }: Fleet['targets']): KubernetesContext['settings'] => ({
  ...llmd,
  discovery: 'dns',
})
