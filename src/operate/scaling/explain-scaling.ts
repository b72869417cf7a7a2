import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { PoolScaling } from '../../observe/index.ts'
import { poolsToScale, readLocalScaling, type UnscaledPool } from '../../targets/index.ts'
import { readFleet } from '../read-fleet.ts'

/** How the pools of a Fleet are scaled. */
export interface ScalingExplanation {
  readonly fleet: string
  /** What was decided last of those that Fairlead scales. */
  readonly pools: readonly PoolScaling[]
  /** Those that it leaves alone, and why. */
  readonly others: readonly UnscaledPool[]
}

/**
 * What was decided last of the replicas of a running Fleet, of one of its models or of all.
 * @throws UserError where the Fleet does not run, and where it has no such model
 */
export async function explainScaling(
  fleetName: string,
  model: string | undefined,
  environment: Environment,
): Promise<ScalingExplanation> {
  const running = await readLocalScaling(fleetName, environment)
  if (running === undefined) {
    throw new UserError({
      what: `Fleet “${fleetName}” does not run on this machine`,
      why: 'Decisions are told by whoever scales a running Fleet.',
      mend: 'Start it, or look at what would be decided under a load:',
      command: 'fairlead simulate FLEET --autoscale',
    })
  }
  const { fleet } = await readFleet(running.fleetFile, environment)
  const isAsked = (pool: { readonly model: string }) => model === undefined || pool.model === model
  if (!fleet.models.some(({ name }) => isAsked({ model: name }))) {
    throw new UserError({
      what: `Fleet “${fleetName}” has no model ${model ?? ''}`,
      mend: `Its models: ${fleet.models.map(({ name }) => name).join(', ')}.`,
    })
  }
  const { others } = poolsToScale(fleet)
  return { fleet: fleetName, pools: running.scaling.filter(isAsked), others: others.filter(isAsked) }
}
