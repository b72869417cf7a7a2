import type { Command } from '../command.ts'
import { placeOptions, runningFleetOption, subjectArgument } from './shared.ts'

/** `fairlead logs` */
export const logs: Command = {
  name: 'logs',
  section: 'Look at it',
  summary: 'Show the logs of engines and the gateway',
  description:
    'On a terminal the JSON lines of the gateway are shown as words; a pipe gets every line as it was written.',
  arguments: [subjectArgument],
  options: [
    { name: 'follow', short: 'f', description: 'go on with new lines until Ctrl-C' },
    {
      name: 'tail',
      value: 'N',
      type: 'integer',
      minimum: 0,
      maximum: 1_000_000,
      default: 50,
      description: 'lines from the end of each log',
    },
    { name: 'previous', short: 'p', description: 'of the run before the last restart, which tells why it ended' },
    { name: 'raw', description: 'show lines as they were written, on a terminal too' },
    runningFleetOption,
    ...placeOptions,
  ],
  examples: [
    { command: 'fairlead logs', what: 'the last lines of every log' },
    { command: 'fairlead logs smollm2 -f', what: 'follow the replicas of one model' },
    { command: 'fairlead logs llama --previous --target kubernetes', what: 'why a replica in a cluster ended' },
    { command: 'fairlead logs gateway --tail 200', what: 'the last 200 lines of the gateway' },
  ],
  reports: true,
  load: async () => (await import('../handlers/logs.ts')).logs,
}
