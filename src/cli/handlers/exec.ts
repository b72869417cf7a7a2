import { execInReplica } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { readText } from '../option-values.ts'
import { chooseFleet } from '../targets/index.ts'

/** Acts for `fairlead exec`: exits as the command does. */
export const exec: CommandHandler = async ({ args: [subject = '', ...command], options }, context) =>
  chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
    const { environment, signal, output, attachedStreams } = context
    const container = readText(options['container'])
    const request = {
      subject,
      command: command.length === 0 ? ['sh'] : command,
      streams: attachedStreams(),
      signal,
      // Who named a replica knows it, and what is piped is left alone.
      onChosen: (place: string) => {
        if (output.isTerminal && place !== subject) output.note(output.notePaint.dim(`in ${place}`))
      },
      ...(container === undefined ? {} : { container }),
    }
    return execInReplica(name, environment, request, target)
  })
