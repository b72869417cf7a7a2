import { exitCodes } from '../../errors/index.ts'
import type { CommandHandler } from '../command.ts'
import { openImages, renderImages } from '../images/index.ts'

/** Widest that it is shown; longer lines are hard to read. */
const widest = 100

/** Acts for `fairlead images list`. */
export const imagesList: CommandHandler = async (input, context) => {
  const { output } = context
  const { rendered: _, ...found } = (await openImages(input, context)).found
  if (output.json) {
    output.document(found)
    return exitCodes.done
  }
  const surface = { columns: Math.min(output.columns(), widest), paint: output.paint }
  for (const line of renderImages(found, surface)) output.line(line)
  return exitCodes.done
}
