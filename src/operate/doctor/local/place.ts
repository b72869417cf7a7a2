import type { Environment } from '../../../files/index.ts'
import type { Fleet, Model } from '../../../fleet/index.ts'
import type { Plan } from '../../../plan/index.ts'
import type { FleetStatus } from '../../../targets/index.ts'
import type { Machine } from '../machine.ts'

/** What the checks of target `local` look at. */
export interface LocalPlace {
  readonly fleet: Fleet
  /** Absolute path of the Fleet file. */
  readonly file: string
  readonly plan: Plan
  readonly environment: Environment
  readonly machine: Machine
  /** The Fleet as it runs; one that does not run has no replicas. */
  readonly status: FleetStatus
  /** Bytes of a model in the store; undefined where it is to be fetched. */
  storedBytes(model: Model): Promise<number | undefined>
  /** Whether an engine of ours is installed, so that nothing is fetched for it. */
  isInstalled(engine: Model['engine']): Promise<boolean>
}
