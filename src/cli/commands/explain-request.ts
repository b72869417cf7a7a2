import type { Command } from '../command.ts'
import { placeOptions, runningFleetOption } from './shared.ts'

/** `fairlead explain request` */
export const explainRequest: Command = {
  name: 'explain request',
  section: 'Look at it',
  summary: 'Say why a request went where it went',
  description:
    'Who answered it and what decided, how much of its prompt was held there, how long it waited and took, and how often ' +
    'it was tried. A gateway keeps the last 1,000 requests of each of its threads. Exits with 2 when it has none of this id.',
  arguments: [
    { name: 'ID', required: true, description: 'what its answer has in x-request-id, and its line in the log' },
  ],
  options: [
    runningFleetOption,
    ...placeOptions,
    {
      name: 'admin',
      value: 'URL',
      description: 'admin address of the gateway, where it is not that of a Fleet on this machine',
    },
  ],
  examples: [
    { command: 'fairlead explain request 0b9c1f6e', what: 'of the Fleet that runs here' },
    {
      command: 'fairlead explain request 0b9c1f6e --admin http://127.0.0.1:8081',
      what: 'of any gateway, such as one whose port was brought here',
    },
  ],
  reports: true,
  load: async () => (await import('../handlers/explain-request.ts')).explainRequest,
}
