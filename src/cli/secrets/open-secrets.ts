import type { ExitCode } from '../../errors/index.ts'
import type { FleetSource, Target } from '../../operate/index.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { openForTarget } from '../fleets/index.ts'
import { openTarget } from '../targets/index.ts'

/** A secret as a command line names it. */
export interface SecretWords {
  readonly name: string
  readonly key?: string
  /** The Fleet file. */
  readonly fleet: string | undefined
}

/** `NAME [KEY] [FLEET]`: of two words the second is the Fleet where it can be a path and no key of a Secret. */
export function readSecretWords([name = '', second, third]: readonly string[]): SecretWords {
  if (third !== undefined) return { name, ...(second === undefined ? {} : { key: second }), fleet: third }
  if (second === undefined) return { name, fleet: undefined }
  return /[/\\]|\.ya?ml$/i.test(second) ? { name, fleet: second } : { name, key: second, fleet: undefined }
}

/** Runs work over a Fleet file, as it is applied, and its target, which is closed whatever happens. */
export async function openSecrets(
  fleet: string | undefined,
  options: CommandInput['options'],
  context: CommandContext,
  work: (source: FleetSource, target: Target) => Promise<ExitCode>,
): Promise<ExitCode> {
  // What models weigh is not asked of the hub: no secret depends on it.
  const opened = await openForTarget(fleet, options, context, { asksHub: false })
  const target = await openTarget(opened.target, options, context, opened.source.fleet)
  try {
    return await work(opened.source, target)
  } finally {
    await target.close()
  }
}
