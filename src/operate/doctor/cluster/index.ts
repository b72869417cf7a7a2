/** What is looked at in a cluster. */
import type { Check } from '../contract.ts'
import { accessChecks } from './access-checks.ts'
import { nodeChecks } from './node-checks.ts'
import type { ClusterCheckPlace } from './place.ts'
import { podChecks } from './pod-checks.ts'
import { supplyChecks } from './supply-checks.ts'
import { trafficChecks } from './traffic-checks.ts'

export { rememberLists, type ClusterCheckPlace } from './place.ts'

/** The checks of the targets on Kubernetes, in their order. */
export const clusterChecks: readonly Check<ClusterCheckPlace>[] = [
  ...accessChecks,
  ...nodeChecks,
  ...supplyChecks,
  ...podChecks,
  ...trafficChecks,
]
