import type { Command } from '../command.ts'
import { fleetFileArgument, portOptions } from './shared.ts'

/** `fairlead up` */
export const up: Command = {
  name: 'up',
  section: 'Run a Fleet',
  summary: 'Run a Fleet on this machine until Ctrl-C',
  description:
    'Installs the engines and fetches the models that are missing, starts the engines and the gateway, ' +
    'and says where clients connect. Everything stops with it. With --json, one document is printed once the Fleet is ready.',
  arguments: [fleetFileArgument],
  options: [
    ...portOptions,
    { name: 'target', value: 'TARGET', description: 'where the Fleet runs', default: 'local', choices: ['local'] },
  ],
  examples: [
    { command: 'fairlead up', what: 'run ./fleet.yaml, or the laptop example' },
    { command: 'fairlead up my-fleet.yaml --port 9000', what: 'run another Fleet, on another port' },
  ],
  reports: true,
  load: async () => (await import('../handlers/up.ts')).up,
}
