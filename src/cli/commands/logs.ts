import type { Command } from '../command.ts'
import { runningFleetOption } from './shared.ts'

/** `fairlead logs` */
export const logs: Command = {
  name: 'logs',
  section: 'Look at it',
  summary: 'Show the logs of engines and the gateway',
  description:
    'On a terminal the JSON lines of the gateway are shown as words; a pipe gets every line as it was written.',
  arguments: [
    { name: 'MODEL', description: 'a model, a replica such as smollm2-0, or `gateway`; everything when absent' },
  ],
  options: [
    { name: 'follow', short: 'f', description: 'go on with new lines until Ctrl-C' },
    {
      name: 'tail',
      short: 'n',
      value: 'N',
      type: 'integer',
      minimum: 0,
      maximum: 1_000_000,
      default: 50,
      description: 'lines from the end of each log',
    },
    { name: 'raw', description: 'show lines as they were written, on a terminal too' },
    runningFleetOption,
  ],
  examples: [
    { command: 'fairlead logs', what: 'the last lines of every log' },
    { command: 'fairlead logs smollm2 -f', what: 'follow the replicas of one model' },
    { command: 'fairlead logs gateway --tail 200', what: 'the last 200 lines of the gateway' },
  ],
  reports: true,
  load: async () => (await import('../handlers/logs.ts')).logs,
}
