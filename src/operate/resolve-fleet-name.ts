import { exitCodes, UserError } from '../errors/index.ts'
import type { Environment } from '../files/index.ts'
import type { Target } from '../targets/index.ts'
import { readFleet } from './read-fleet.ts'

/** Whether an argument means a file rather than a name; a name has neither a slash nor such an ending. */
export const meansFile = (argument: string) => /[/\\]|\.(ya?ml|json)$/i.test(argument)

/**
 * Which Fleet a verb such as `status`, `down` or `logs` means: the one of a Fleet file, the one of a name, or the only one.
 * A name is taken as it is, known or not: the verb itself says that it does not run.
 * @throws UserError when nothing runs, or when it would be a guess
 */
export async function resolveFleetName(
  argument: string | undefined,
  environment: Environment,
  target: Target,
  workingFolder: string = process.cwd(),
): Promise<string> {
  if (argument !== undefined) {
    return meansFile(argument)
      ? (await readFleet(argument, environment, { workingFolder, purpose: 'plan' })).fleet.name
      : argument
  }
  const known = await target.list(environment)
  const [first] = known
  if (first === undefined) {
    throw refuseNone(target)
  }
  if (known.length === 1) return first
  const running = await findRunning(known, environment, target)
  const [only] = running
  if (only !== undefined && running.length === 1) return only
  throw new UserError({
    what: `There are ${known.length} Fleets: ${known.join(', ')}`,
    why: 'It is not clear which one is meant.',
    mend: 'Say which one by its name or its file: `fairlead status NAME`, `fairlead down NAME`, `fairlead logs --fleet NAME`.',
    exitCode: exitCodes.usage,
  })
}

function refuseNone({ name }: Target): UserError {
  if (name === 'local') {
    return new UserError({ what: 'No Fleet runs on this machine', mend: 'Start one:', command: 'fairlead up' })
  }
  return new UserError({
    what: `There is no Fleet on target ${name}`,
    why: 'None was applied to the place that is meant: this context and namespace, or this machine.',
    mend: 'Apply one, or name another place.',
    command: `fairlead apply --target ${name}`,
  })
}

/** Those that run; one whose state cannot be read is counted, since it may. */
async function findRunning(
  names: readonly string[],
  environment: Environment,
  target: Target,
): Promise<readonly string[]> {
  const running = await Promise.all(
    names.map((name) =>
      target.status(name, environment).then(
        (status) => status.running,
        () => true,
      ),
    ),
  )
  return names.filter((_, index) => running[index])
}
