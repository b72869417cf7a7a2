import type { Command } from '../command.ts'
import { fleetFileArgument, placeOptions } from './shared.ts'

/** `fairlead plan` */
export const plan: Command = {
  name: 'plan',
  section: 'Run a Fleet',
  summary: 'Show what a Fleet becomes: settings, size, money, steps',
  description:
    'Reads the Fleet file and fills in every default, each with its reason. Sizes every model on its GPU, splits GPUs that ' +
    'models share, counts machines and money, shows the engine’s command, and lists the steps that `apply` would take: on ' +
    'this machine, or on the target where it can be reached, field by field. Changes nothing. Exit code 2 when something ' +
    'does not fit.',
  arguments: [fleetFileArgument],
  options: [
    { name: 'explain', description: 'show the formula and the source of every number' },
    { name: 'changes', description: 'show only the steps that `apply` would take' },
    {
      name: 'detailed-exitcode',
      description: 'exit code 2 also when `apply` would change something, and 1 when the target cannot tell',
    },
    {
      name: 'offline',
      description: 'ask neither the target nor, about models that the catalogue does not have, the hub',
    },
    ...placeOptions,
  ],
  examples: [
    { command: 'fairlead plan', what: 'what `fairlead up` would do here and now' },
    { command: 'fairlead plan my-fleet.yaml --explain', what: 'with how every number comes about' },
    {
      command: 'fairlead plan --changes --detailed-exitcode --target kubernetes',
      what: 'whether the cluster is as the file says',
    },
    { command: 'fairlead plan my-fleet.yaml --json', what: 'the same as one JSON document, with the resolved Fleet' },
  ],
  reports: true,
  load: async () => (await import('../handlers/plan.ts')).plan,
}
