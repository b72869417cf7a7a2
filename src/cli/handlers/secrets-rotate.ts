import { exitCodes } from '../../errors/index.ts'
import { restartFleet, type Target } from '../../operate/index.ts'
import { readersBy, rotateSecret, secretTitle, type RotatedSecret } from '../../operate/secrets/index.ts'
import type { CommandContext, CommandHandler, CommandInput } from '../command.ts'
import { askForSecret, openSecrets, readSecretWords, tellPickup } from '../secrets/index.ts'
import { withProgress } from '../targets/index.ts'

/** Acts for `fairlead secrets rotate`. */
export const secretsRotate: CommandHandler = ({ args, options }, context) => {
  const { fleet: file, ...words } = readSecretWords(args)
  return openSecrets(file, options, context, async (source, target) => {
    const { output } = context
    const fleet = source.fleet.name
    const force = options['force-conflicts'] === true
    const rotated = await withProgress(options, context, (work) =>
      rotateSecret(source, { ...words, force, value: (asked) => askForSecret(asked, context) }, work, target),
    )
    if (!output.json) tell(rotated, fleet, target.name, context)
    const restarted: string[] = []
    try {
      if (options['restart'] === true) await restart(rotated, { fleet, target, options, context, restarted })
    } finally {
      // A key that was made is told even where a restart fails: it is in force already.
      if (output.json) output.document({ fleet, target: target.name, ...rotated, restarted })
    }
    return exitCodes.done
  })
}

function tell(rotated: RotatedSecret, fleet: string, target: Target['name'], { output }: CommandContext): void {
  const { secret, made, notes } = rotated
  const done = `rotated ${secretTitle(secret)}: ${secret.place}`
  if (made === undefined) output.line(done)
  else {
    output.note(`${done}\nThe new key, which is shown this once:`)
    output.line(made)
  }
  for (const note of notes) output.warn(note)
  for (const line of tellPickup(secret, fleet, target)) output.note(line)
}

async function restart(
  { secret }: RotatedSecret,
  place: {
    readonly fleet: string
    readonly target: Target
    readonly options: CommandInput['options']
    readonly context: CommandContext
    readonly restarted: string[]
  },
): Promise<void> {
  const { fleet, target, options, context, restarted } = place
  for (const subject of readersBy(secret, 'restart')) {
    const begun = await withProgress(options, context, (work) => restartFleet(fleet, { subject }, work, target))
    restarted.push(...begun)
    if (!context.output.json) for (const each of begun) context.output.note(`restarted ${each}`)
  }
}
