import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { TargetName } from '../../fleet/index.ts'
import {
  poolsToScale,
  readLocalScaling,
  type ExplainedScaling,
  type LeftPool,
  type Target,
  type UnscaledPool,
} from '../../targets/index.ts'
import { whoScales } from '../autoscale/index.ts'
import { readFleet } from '../read-fleet.ts'

/** How the pools of a Fleet are scaled. */
export interface ScalingExplanation {
  readonly fleet: string
  readonly target: TargetName
  /** What was decided last of those that Fairlead scales. */
  readonly pools: readonly ExplainedScaling[]
  /** Those that it leaves alone, and why or to whom. */
  readonly others: readonly (UnscaledPool | LeftPool)[]
  /** What keeps Fairlead from scaling as it should; null where nothing does. */
  readonly problem: string | null
}

/**
 * What was decided last of the replicas of a running Fleet, of one of its models or of all.
 * @throws UserError where the Fleet does not run, where it has no such model, and on a target where nobody scales
 */
export async function explainScaling(
  fleetName: string,
  model: string | undefined,
  environment: Environment,
  target: Target,
): Promise<ScalingExplanation> {
  const { models, ...all } = await explainAll(fleetName, environment, target)
  if (model === undefined) return all
  if (!models.includes(model)) {
    throw new UserError({
      what: `Fleet “${fleetName}” has no model ${model}`,
      mend: `Its models: ${models.join(', ')}.`,
    })
  }
  const isAsked = (pool: { readonly model: string }) => pool.model === model
  return { ...all, pools: all.pools.filter(isAsked), others: all.others.filter(isAsked) }
}

type WholeExplanation = ScalingExplanation & { readonly models: readonly string[] }

async function explainAll(fleet: string, environment: Environment, target: Target): Promise<WholeExplanation> {
  if (target.name === 'local') return explainHere(fleet, environment)
  if (target.scaling === undefined) {
    throw new UserError({
      what: `Nothing scales Fleet “${fleet}” on target ${target.name}`,
      why: whoScales(target.name) ?? '',
      mend: 'Set the replicas of a model yourself, or look at what would be decided under a load:',
      command: 'fairlead simulate FLEET --autoscale',
    })
  }
  const { pools, others, problem } = await target.scaling(fleet)
  const models = [...new Set([...pools, ...others].map(({ model }) => model))]
  return { fleet, target: target.name, pools, others, problem, models }
}

/** The supervisor of this machine tells it. */
async function explainHere(fleetName: string, environment: Environment): Promise<WholeExplanation> {
  const running = await readLocalScaling(fleetName, environment)
  if (running === undefined) {
    throw new UserError({
      what: `Fleet “${fleetName}” does not run on this machine`,
      why: 'Decisions are told by whoever scales a running Fleet.',
      mend: 'Start it, say where else it runs with --target, or look at what would be decided under a load:',
      command: 'fairlead simulate FLEET --autoscale',
    })
  }
  const { fleet } = await readFleet(running.fleetFile, environment)
  const { others } = poolsToScale(fleet)
  const models = fleet.models.map(({ name }) => name)
  return { fleet: fleetName, target: 'local', pools: running.scaling, others, problem: null, models }
}
