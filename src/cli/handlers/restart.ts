import { exitCodes } from '../../errors/index.ts'
import { restartFleet } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { readText } from '../option-values.ts'
import { chooseFleet, withProgress } from '../targets/index.ts'

/** Acts for `fairlead restart`. */
export const restart: CommandHandler = ({ args: [subject], options }, context) =>
  chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
    const { output } = context
    const request = subject === undefined ? {} : { subject }
    const restarted = await withProgress(options, context, (work) => restartFleet(name, request, work, target))
    if (output.json) output.document({ fleet: name, target: target.name, restarted })
    else for (const each of restarted) output.line(`restarted ${each}`)
    return exitCodes.done
  })
