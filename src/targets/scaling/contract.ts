import type { LoadReport } from '../../observe/report/index.ts'
import type { PoolName, ReplicaCounts, ScalingDecision } from '../../scheduling/index.ts'

/** A pool with the replicas that the platform has of it. */
export interface CountedPool extends PoolName {
  readonly replicas: ReplicaCounts
}

/** What one gateway says. */
export interface GatewayReading {
  /** Its name, the same as long as its counters go on: an address, a pod with its start. */
  readonly gateway: string
  /** Null where it does not answer. */
  readonly report: LoadReport | null
}

/** A platform as scaling sees it: what there is, what is to be done, and the number of replicas as the only thing it sets. */
export interface Scaler {
  /** Replicas that run now, by pool; a pool that is not there is not scaled. */
  counts(): Promise<readonly CountedPool[]>
  /** One reading for each gateway that there should be. */
  loads(): Promise<readonly GatewayReading[]>
  /** GPUs that these pools may have in all; null where nobody counts them. */
  gpus(): Promise<number | null>
  /** Has a pool have so many; resolves once that is under way. Those that go finish what they have. */
  scale(pool: PoolName, replicas: number, decision: ScalingDecision): Promise<void>
}
