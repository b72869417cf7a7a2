import { exitCodes } from '../../errors/index.ts'
import { secretTitle, setSecret } from '../../operate/secrets/index.ts'
import type { CommandHandler } from '../command.ts'
import { askForSecret, openSecrets, readSecretWords, tellPickup } from '../secrets/index.ts'
import { withProgress } from '../targets/index.ts'

/** Acts for `fairlead secrets set`. */
export const secretsSet: CommandHandler = ({ args, options }, context) => {
  const { fleet, ...words } = readSecretWords(args)
  return openSecrets(fleet, options, context, async (source, target) => {
    const { output } = context
    const force = options['force-conflicts'] === true
    const { secret, replaced, notes } = await withProgress(options, context, (work) =>
      setSecret(source, { ...words, force, value: (asked) => askForSecret(asked, context) }, work, target),
    )
    const { name } = source.fleet
    if (output.json) output.document({ fleet: name, target: target.name, secret, replaced, notes })
    else output.line(`${replaced ? 'replaced' : 'set'} ${secretTitle(secret)}: ${secret.place}`)
    for (const note of notes) output.warn(note)
    if (replaced && !output.json) for (const line of tellPickup(secret, name, target.name)) output.note(line)
    return exitCodes.done
  })
}
