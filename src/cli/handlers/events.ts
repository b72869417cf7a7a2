import { exitCodes } from '../../errors/index.ts'
import { fleetEvents, type FleetEvent } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { readText } from '../option-values.ts'
import type { Paint } from '../output.ts'
import { usageError } from '../parse/index.ts'
import { chooseFleet } from '../targets/index.ts'

/** Acts for `fairlead events`. */
export const events: CommandHandler = async ({ args: [subject], options }, context) => {
  const { output, environment, signal } = context
  const follow = options['follow'] === true
  if (follow && output.json) {
    throw usageError({ what: '--follow and --json exclude each other', why: 'JSON output is exactly one document.' })
  }
  return chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
    const query = { follow, signal, ...(subject === undefined ? {} : { subject }) }
    const collected: FleetEvent[] = []
    for await (const event of fleetEvents(name, environment, query, target)) {
      if (output.json) collected.push(event)
      else output.line(eventText(event, output.paint))
    }
    if (output.json) output.document(collected)
    return exitCodes.done
  })
}

function eventText({ at, severity, subject, reason, message, count }: FleetEvent, paint: Paint): string {
  const word = severity === 'warning' ? paint.yellow('warning') : 'normal '
  const about = `${paint.cyan(subject)}${reason === '' ? '' : ` ${reason}`}`
  return `${paint.dim(at)}  ${word}  ${about}: ${message}${count > 1 ? ` (${count} times)` : ''}`
}
