import { exitCodes } from '../../errors/index.ts'
import { explainScaling as explain, findTarget, resolveFleetName } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { readText } from '../option-values.ts'
import { renderScaling } from '../scaling/index.ts'

/** Acts for `fairlead explain scaling`. */
export const explainScaling: CommandHandler = async ({ args: [model], options }, context) => {
  const { output, environment, workingFolder } = context
  const target = findTarget('local')
  const name = await resolveFleetName(readText(options['fleet']), environment, target, workingFolder)
  const explanation = await explain(name, model, environment)
  if (output.json) output.document(explanation)
  else for (const line of renderScaling(explanation, output.paint, Date.now())) output.line(line)
  return exitCodes.done
}
