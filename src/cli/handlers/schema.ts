import { exitCodes } from '../../errors/index.ts'
import { fleetCrd, fleetJsonSchema } from '../../fleet/index.ts'
import type { CommandHandler } from '../command.ts'

/** Acts for `fairlead schema`. */
export const schema: CommandHandler = async ({ options }, { output }) => {
  output.document(options['crd'] === true ? fleetCrd() : fleetJsonSchema())
  return exitCodes.done
}
