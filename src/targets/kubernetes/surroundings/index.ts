/**
 * What stands around the workloads of a Fleet: policies, quotas, scaling, ways in, monitoring.
 */
import { renderImageHolders, type ObjectsOf as PartOf } from '../../rendering/cluster/index.ts'
import type { ObjectsOf } from '../context.ts'
import { renderClaimTemplates, renderSharingConfig } from '../gpus/index.ts'
import { renderDisruptionBudgets } from './disruption.ts'
import { renderDashboards, renderMonitors, renderRules } from './monitoring/index.ts'
import { renderNetworkPolicies } from './network/index.ts'
import { renderPriorityClasses } from './priority.ts'
import { renderQuota } from './quota.ts'
import { renderScaling } from './scaling/index.ts'
import { renderWaysIn } from './ways-in/index.ts'

/** What holds for pods whoever makes them: on targets llmd and kserve too. */
export const aroundAnyPods: readonly PartOf[] = [renderPriorityClasses, renderDisruptionBudgets, renderImageHolders]

/** What holds for the same pods wherever clients come from: on target llmd too. */
export const aroundPods: readonly ObjectsOf[] = [
  ...aroundAnyPods,
  renderQuota,
  renderClaimTemplates,
  renderSharingConfig,
  renderScaling,
  renderMonitors,
  renderRules,
  renderDashboards,
]

/** `apply-order.ts` has the order of applying. */
export const surroundings: readonly ObjectsOf[] = [...aroundPods, renderNetworkPolicies, renderWaysIn]
