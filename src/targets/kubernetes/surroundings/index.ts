/**
 * What stands around the workloads of a Fleet: policies, quotas, scaling, ways in, monitoring.
 */
import type { ObjectsOf } from '../context.ts'
import { renderClaimTemplates, renderSharingConfig } from '../gpus/index.ts'

/** In the order of reading; `apply-order.ts` has the order of applying. */
export const surroundings: readonly ObjectsOf[] = [renderClaimTemplates, renderSharingConfig]
