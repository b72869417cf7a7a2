import { exitCodes } from '../../errors/index.ts'
import { explainScaling as explain } from '../../operate/scaling/index.ts'
import type { CommandHandler } from '../command.ts'
import { readText } from '../option-values.ts'
import { renderScaling } from '../scaling/index.ts'
import { chooseFleet } from '../targets/index.ts'

/** Acts for `fairlead explain scaling`. */
export const explainScaling: CommandHandler = async ({ args: [model], options }, context) =>
  chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
    const { output, environment } = context
    const explanation = await explain(name, model, environment, target)
    if (output.json) output.document(explanation)
    else for (const line of renderScaling(explanation, output.paint, Date.now())) output.line(line)
    return exitCodes.done
  })
