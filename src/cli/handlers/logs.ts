import { exitCodes } from '../../errors/index.ts'
import { fleetLogs, findTarget, resolveFleetName } from '../../operate/index.ts'
import type { CommandHandler } from '../command.ts'
import { renderLogLine } from '../logs/index.ts'
import { readInteger, readText } from '../option-values.ts'
import { usageError } from '../parse/index.ts'

/** Acts for `fairlead logs`. */
export const logs: CommandHandler = async ({ args: [subject], options }, context) => {
  const { output, environment, workingFolder, signal } = context
  const follow = options['follow'] === true
  if (follow && output.json) {
    throw usageError({ what: '--follow and --json exclude each other', why: 'JSON output is exactly one document.' })
  }
  const target = findTarget('local')
  const name = await resolveFleetName(readText(options['fleet']), environment, target, workingFolder)
  const query = {
    follow,
    tail: readInteger(options['tail']) ?? 50,
    signal,
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
}
