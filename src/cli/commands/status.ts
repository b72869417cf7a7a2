import type { Command } from '../command.ts'
import { drawOptions, placeOptions, runningFleetArgument } from './shared.ts'

/** `fairlead status` */
export const status: Command = {
  name: 'status',
  section: 'Look at it',
  summary: 'Show models, replicas and the gateway of a Fleet',
  description:
    'Shows who is ready and how busy they are, as the gateways count it: queue, KV cache use, time to first token, tokens a second. Exits with 0 when everything is ready, and with 2 when something is not or the Fleet does not run.',
  arguments: [runningFleetArgument],
  options: [...drawOptions, ...placeOptions],
  examples: [
    { command: 'fairlead status', what: 'one table' },
    { command: 'fairlead status --watch', what: 'a table that keeps itself up to date' },
    { command: 'fairlead status demo --target kubernetes -n llm', what: 'of a Fleet in a cluster' },
    { command: 'fairlead status --json', what: 'one JSON document for scripts' },
  ],
  reports: true,
  load: async () => (await import('../handlers/status.ts')).status,
}
