import { exitCodes } from '../../errors/index.ts'
import { checkSecrets, secretCommand } from '../../operate/secrets/index.ts'
import type { CommandHandler } from '../command.ts'
import { openSecrets, renderSecrets } from '../secrets/index.ts'

/** Acts for `fairlead secrets check`. */
export const secretsCheck: CommandHandler = ({ args: [argument], options }, context) =>
  openSecrets(argument, options, context, async (source, target) => {
    const { output, environment } = context
    const { fleet, shownAs } = source
    const states = await checkSecrets(source, environment, target)
    const absent = states.filter(({ state }) => state === 'absent')
    if (output.json) output.document({ fleet: fleet.name, target: target.name, secrets: states })
    else if (states.length === 0) output.line(`Fleet ${fleet.name} refers to no secret.`)
    else {
      const mend = (state: (typeof states)[number]) =>
        state.mend ?? secretCommand('set', state, { fleet, shownAs, target: target.name })
      for (const line of renderSecrets(states, mend, output.paint)) output.line(line)
    }
    return absent.length === 0 ? exitCodes.done : exitCodes.answerIsNo
  })
