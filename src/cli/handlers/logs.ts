import { exitCodes } from '../../errors/index.ts'
import { fleetLogs } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { renderLogLine } from '../logs/index.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'
import { chooseFleet } from '../targets/index.ts'

/** Acts for `fairlead logs`. */
export const logs: CommandHandler = async ({ args: [subject], options }, context) => {
  const { output, environment, signal } = context
  const follow = options['follow'] === true
  const previous = options['previous'] === true
  if (follow && (output.json || previous)) {
    throw usageError({
      what: `--follow and ${output.json ? '--json' : '--previous'} exclude each other`,
      why: output.json
        ? 'JSON output is exactly one document.'
        : 'Nothing is added to the log of a run that has ended.',
    })
  }
  return chooseFleet({ argument: readText(options['fleet']), options }, context, async ({ target, name }) => {
    const query = {
      follow,
      tail: readInteger(options['tail']) ?? 50,
      signal,
      ...(previous ? { previous } : {}),
      ...(subject === undefined ? {} : { subject }),
    }
    const isForPeople = output.isResultTerminal && options['raw'] !== true
    const shown = (text: string) => (isForPeople ? renderLogLine(text, output.paint) : text)
    const collected: { source: string; text: string }[] = []
    for await (const { source, text } of fleetLogs(name, environment, query, target)) {
      if (output.json) collected.push({ source, text })
      else output.line(`${output.paint.cyan(source)} ${shown(text)}`)
    }
    if (output.json) output.document(collected)
    return exitCodes.done
  })
}
