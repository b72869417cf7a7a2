import { debugReplica } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { debugImage } from '../debug-image.ts'
import { readText } from '../option-values.ts'
import { chooseFleet } from '../targets/index.ts'

/** Acts for `fairlead debug`: exits as the command does. */
export const debug: CommandHandler = async ({ args: [subject = '', ...command], options }, context) =>
  chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
    const { environment, signal, output, attachedStreams } = context
    const request = {
      subject,
      image: readText(options['image']) ?? debugImage,
      command: command.length === 0 ? ['sh'] : command,
      streams: attachedStreams(),
      signal,
      onChosen: (place: string) => output.note(output.notePaint.dim(`in ${place}`)),
    }
    return debugReplica(name, environment, request, target)
  })
