import { engines } from '../../engines/index.ts'
import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { FleetSource, PlannedAction, Target } from '../../targets/index.ts'
import { planFleet } from '../verbs.ts'

/** The steps that `apply` would take now, or why they are not known. */
export interface PlannedActions {
  readonly actions: readonly PlannedAction[]
  readonly hasChanges: boolean
  /** Why there are none to tell; absent when they are known. */
  readonly reason?: string
  /** What kept the target from telling, for those who must know. */
  readonly failure?: UserError
}

const untold = (reason: string, failure?: UserError): PlannedActions => ({
  actions: [],
  hasChanges: false,
  reason,
  ...(failure === undefined ? {} : { failure }),
})

/** The steps on a target; a target that cannot tell them, or cannot be reached, stops no plan. */
export async function planActions(
  source: FleetSource,
  environment: Environment,
  target: Target,
): Promise<PlannedActions> {
  const unknown = [...new Set(source.fleet.models.map(({ engine }) => engine))].filter(
    (name) => !engines.some((engine) => engine.name === name),
  )
  if (target.name === 'local' && unknown.length > 0) {
    return untold(
      `This version of Fairlead plans engine ${unknown.join(' and ')}, and does not run it on target local yet.`,
    )
  }
  try {
    return await planFleet(source, environment, target)
  } catch (error) {
    // What this machine lacks stops `up`, and a cluster out of reach `apply`; neither stops a plan.
    if (!(error instanceof UserError)) throw error
    const { what, why, mend } = error.parts
    const asked =
      target.name === 'local'
        ? '`fairlead up` cannot run it on this machine'
        : `What \`fairlead apply\` would change on target ${target.name} is not known`
    const sentences = [`${asked}: ${what}`, why, mend]
    const reason = sentences
      .filter((sentence) => sentence !== undefined)
      .map((sentence) => (/[.:!?]$/.test(sentence) ? sentence : `${sentence}.`))
      .join(' ')
    return untold(reason, error)
  }
}
