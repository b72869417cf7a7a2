import type { Command } from '../command.ts'
import { placeOptions, runningFleetOption } from './shared.ts'

/** `fairlead port-forward` */
export const portForward: Command = {
  name: 'port-forward',
  section: 'Look at it',
  summary: 'Bring a port of a Fleet to this machine until Ctrl-C',
  description:
    'Reaches the gateway, or an engine, where the network does not. With --json, one document is printed once it listens.',
  arguments: [
    { name: 'MODEL', description: 'a model, a replica such as smollm2-0, or `gateway`; the gateway when absent' },
  ],
  options: [
    {
      name: 'port',
      short: 'p',
      value: 'N',
      type: 'integer',
      minimum: 1,
      maximum: 65_535,
      description: 'port on 127.0.0.1; any free one when absent',
    },
    { name: 'admin', description: 'the administration port, with /metrics' },
    runningFleetOption,
    ...placeOptions,
  ],
  examples: [
    { command: 'fairlead port-forward --target kubernetes --port 8080', what: 'the gateway at http://127.0.0.1:8080' },
    { command: 'fairlead port-forward llama --target kubernetes', what: 'an engine, past the gateway' },
  ],
  reports: true,
  load: async () => (await import('../handlers/port-forward.ts')).portForward,
}
