import type { Fleet } from '../../../../fleet/index.ts'
import type { ClusterContext } from '../context.ts'

/** What policies are made of: what every part of a target is, and what the target says of ways in and monitoring. */
export interface NetworkContext extends ClusterContext {
  readonly settings: Pick<Fleet['targets']['kubernetes'], 'networkPolicy' | 'monitoring' | 'serviceType' | 'ingress'>
}
