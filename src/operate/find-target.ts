import { exitCodes, UserError } from '../errors/index.ts'
import { localTarget, type Target } from '../targets/index.ts'

/** The targets that Fleets run on. */
const targets: readonly Target[] = [localTarget]

/**
 * A target by its name.
 * @throws UserError for a name that is none of them
 */
export function findTarget(name: string, known: readonly Target[] = targets): Target {
  const target = known.find((target) => target.name === name)
  if (target !== undefined) return target
  const names = known.map((target) => target.name).join(', ')
  throw new UserError({
    what: `There is no target “${name}”`,
    why: `This version of Fairlead runs Fleets on ${names} only.`,
    mend: `Use \`--target ${known[0]?.name ?? ''}\`, or leave it out.`,
    exitCode: exitCodes.usage,
  })
}
