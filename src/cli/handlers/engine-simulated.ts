import type { CommandHandler } from '../command.ts'
import { becomeEngine, engineArguments } from '../engine/index.ts'

/** Acts for `fairlead engine simulated`. */
export const engineSimulatedHandler: CommandHandler = ({ options }, context) =>
  becomeEngine('simulated', engineArguments(options), context)
