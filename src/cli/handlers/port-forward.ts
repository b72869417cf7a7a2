import { exitCodes } from '../../errors/index.ts'
import { forwardPort } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { readInteger, readText } from '../option-values.ts'
import { chooseFleet } from '../targets/index.ts'

/** Acts for `fairlead port-forward`: stays until the signal fires. */
export const portForward: CommandHandler = async ({ args: [subject], options }, context) =>
  chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
    const { output, environment, signal } = context
    const localPort = readInteger(options['port'])
    const onListening = (address: string) => {
      if (output.json) output.document({ fleet: name, subject: subject ?? 'gateway', address })
      else output.line(address)
      output.note(output.notePaint.dim(`${subject ?? 'gateway'} of Fleet ${name}; Ctrl-C ends`))
    }
    const request = {
      signal,
      onListening,
      ...(subject === undefined ? {} : { subject }),
      ...(localPort === undefined ? {} : { localPort }),
      ...(options['admin'] === true ? { admin: true } : {}),
    }
    await forwardPort(name, environment, request, target)
    return exitCodes.done
  })
