import type { Fleet } from '../../fleet/index.ts'
import type { Plan } from '../../plan/index.ts'
import type { EngineService, RenderOptions } from '../rendering/index.ts'
import { scrapeAnnotations } from './scrape-annotations.ts'
import { clusterContext, type ClusterContext, type ObjectsOf as PartOf } from '../rendering/cluster/index.ts'

export { enginePart, gatewayPart, type PartOfFleet, type Rendered } from '../rendering/cluster/index.ts'

/** What every part of the target renders from. */
export interface KubernetesContext extends ClusterContext {
  /** `targets.kubernetes`, or what another target has in its place. */
  readonly settings: Fleet['targets']['kubernetes']
  /** Where they stand in the Fleet file. */
  readonly settingsPath: string
}

/** A part of the target: what it makes of a Fleet. */
export type ObjectsOf = PartOf<KubernetesContext>

const title = 'kubernetes'

/** Whether Fairlead’s own controller scales a kind of replica; llm-d, which has the same pods, leaves it to others. */
export function isScaledByFairlead({ model, pool }: EngineService, context: KubernetesContext): boolean {
  const { min, max } = pool.replicas
  return context.title === title && model.autoscale.by === 'fairlead' && max > min
}

/** The context of a plan. */
export function contextOf(plan: Plan, options: RenderOptions): KubernetesContext {
  const settings = plan.fleet.targets.kubernetes
  return {
    ...clusterContext(plan, options, {
      title,
      podAnnotations: (service) => scrapeAnnotations(settings, service),
      ...settings,
    }),
    settings,
    settingsPath: 'targets.kubernetes',
  }
}
