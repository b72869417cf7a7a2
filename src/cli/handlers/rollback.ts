import { exitCodes } from '../../errors/index.ts'
import { rollbackFleet } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { readInteger } from '../option-values.ts'
import { chooseFleet, readApplyOptions, withProgress } from '../targets/index.ts'

/** Acts for `fairlead rollback`. */
export const rollback: CommandHandler = ({ args: [argument], options }, context) =>
  chooseFleet({ argument, options }, context, async ({ target, name }) => {
    const { output, killSignal } = context
    const revision = readInteger(options['to'])
    const request = revision === undefined ? {} : { revision }
    const backAt = await withProgress(options, context, (work) =>
      rollbackFleet(name, request, { ...work, killSignal, options: readApplyOptions(options) }, target),
    )
    if (output.json) output.document({ fleet: name, target: target.name, ...backAt })
    else output.line(`Fleet ${name} is at revision ${backAt.number} again, applied first at ${backAt.appliedAt}.`)
    return exitCodes.done
  })
