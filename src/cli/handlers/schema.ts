import { exitCodes } from '../../errors/index.ts'
import { fleetJsonSchema } from '../../fleet/index.ts'
import type { CommandHandler } from '../command.ts'

/** Acts for `fairlead schema`. */
export const schema: CommandHandler = async (_input, { output }) => {
  output.document(fleetJsonSchema())
  return exitCodes.done
}
