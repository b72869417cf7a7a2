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

/** Whether Fairlead’s own controller scales a kind of replica; target llmd hands on none that it would. */
export function isScaledByFairlead({ model, pool }: EngineService): boolean {
  const { min, max } = pool.replicas
  return model.autoscale.by === 'fairlead' && max > min
}

/** The context of a plan. */
export function contextOf(plan: Plan, options: RenderOptions): KubernetesContext {
  const settings = plan.fleet.targets.kubernetes
  return {
    ...clusterContext(plan, options, {
      title: 'kubernetes',
      podAnnotations: (service) => scrapeAnnotations(settings, service),
      ...settings,
    }),
    settings,
    settingsPath: 'targets.kubernetes',
  }
}
