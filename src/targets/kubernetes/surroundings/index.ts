/**
 * What stands around the workloads of a Fleet: policies, quotas, scaling, ways in, monitoring.
 */
import { renderImageHolders, type ObjectsOf as PartOf } from '../../rendering/cluster/index.ts'
import type { ObjectsOf } from '../context.ts'
import { renderClaimTemplates, renderSharingConfig } from '../gpus/index.ts'
import { renderDisruptionBudgets } from './disruption.ts'
import { renderDashboards, renderMonitors, renderRules } from './monitoring/index.ts'
import { renderNetworkPolicies } from './network.ts'
import { renderPriorityClasses } from './priority.ts'
import { renderQuota } from './quota.ts'
import { renderScaling } from './scaling/index.ts'
import { renderWaysIn } from './ways-in/index.ts'

export { monitorsOf } from './monitoring/index.ts'

/** What holds for pods whoever makes them: on targets llmd and kserve too. */
export const aroundAnyPods: readonly PartOf[] = [renderPriorityClasses, renderDisruptionBudgets, renderImageHolders]

/** What people see of a Fleet, and how they come in. */
const seen: readonly ObjectsOf[] = [renderRules, renderDashboards, renderWaysIn]

/** What stands around a gateway and its models in a namespace, whoever makes their pods: on target kserve too. */
export const aroundGateway: readonly ObjectsOf[] = [renderQuota, ...seen]

/** What holds for pods that Fairlead renders itself: on target llmd too. */
export const aroundPods: readonly ObjectsOf[] = [
  ...aroundAnyPods,
  renderQuota,
  renderClaimTemplates,
  renderSharingConfig,
  renderScaling,
  renderMonitors,
  ...seen,
]

/** `apply-order.ts` has the order of applying. */
export const surroundings: readonly ObjectsOf[] = [...aroundPods, renderNetworkPolicies]
