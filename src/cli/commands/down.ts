import type { Command } from '../command.ts'
import { runningFleetArgument } from './shared.ts'

/** `fairlead down` */
export const down: Command = {
  name: 'down',
  section: 'Run a Fleet',
  summary: 'Stop a Fleet that runs on this machine',
  description:
    'Stops the gateway and the engines of a Fleet from another terminal. Models and engines stay in the cache.',
  arguments: [runningFleetArgument],
  examples: [
    { command: 'fairlead down', what: 'stop the Fleet that runs' },
    { command: 'fairlead down laptop', what: 'stop the Fleet of that name' },
  ],
  reports: true,
  load: async () => (await import('../handlers/down.ts')).down,
}
