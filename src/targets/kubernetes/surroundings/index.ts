/**
 * What stands around the workloads of a Fleet: policies, quotas, scaling, ways in, monitoring.
 */
import type { ObjectsOf } from '../context.ts'
import { renderClaimTemplates, renderSharingConfig } from '../gpus/index.ts'
import { renderDisruptionBudgets } from './disruption.ts'
import { renderDashboards, renderMonitors, renderRules } from './monitoring/index.ts'
import { renderNetworkPolicies } from './network/index.ts'
import { renderPriorityClasses } from './priority.ts'
import { renderQuota } from './quota.ts'
import { renderScaling } from './scaling/index.ts'
import { renderWaysIn } from './ways-in/index.ts'

/** In the order of reading; `apply-order.ts` has the order of applying. */
export const surroundings: readonly ObjectsOf[] = [
  renderPriorityClasses,
  renderQuota,
  renderNetworkPolicies,
  renderClaimTemplates,
  renderSharingConfig,
  renderDisruptionBudgets,
  renderScaling,
  renderWaysIn,
  renderMonitors,
  renderRules,
  renderDashboards,
]
