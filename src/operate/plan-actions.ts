import { engines } from '../engines/index.ts'
import { UserError } from '../errors/index.ts'
import type { Environment } from '../files/index.ts'
import type { FleetSource, PlannedAction } from '../targets/index.ts'
import { findTarget } from './find-target.ts'
import { planFleet } from './verbs.ts'

/** The steps that `apply` would take now, or why there are none. */
export interface PlannedActions {
  readonly actions: readonly PlannedAction[]
  /** Why this version cannot take any; absent when it can. */
  readonly reason?: string
}

/** The steps on the target of a Fleet; a Fleet for what this version does not run yet has none, and says so. */
export async function planActions(source: FleetSource, environment: Environment): Promise<PlannedActions> {
  const { fleet } = source
  const target = fleet.targets.default
  if (target !== 'local') {
    return { actions: [], reason: `This version of Fairlead plans target ${target}, and does not run it yet.` }
  }
  const unknown = [...new Set(fleet.models.map(({ engine }) => engine))].filter(
    (name) => !engines.some((engine) => engine.name === name),
  )
  if (unknown.length > 0) {
    const reason = `This version of Fairlead plans engine ${unknown.join(' and ')}, and does not run it on target local yet.`
    return { actions: [], reason }
  }
  try {
    return { actions: (await planFleet(source, environment, findTarget(target))).actions }
  } catch (error) {
    // What this machine lacks stops `up`, and no plan.
    if (!(error instanceof UserError)) throw error
    const { what, why, mend } = error.parts
    const sentences = [`\`fairlead up\` cannot run it on this machine: ${what}`, why, mend]
    return { actions: [], reason: sentences.filter((sentence) => sentence !== undefined).join(' ') }
  }
}
