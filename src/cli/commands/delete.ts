import type { Command } from '../command.ts'
import { placeOptions, runningFleetArgument, timeoutOption } from './shared.ts'

/** `fairlead delete` */
export const deleteCommand: Command = {
  name: 'delete',
  section: 'Change it',
  summary: 'Stop a Fleet and remove it from its target',
  description:
    'Removes what Fairlead applied for the Fleet and nothing else; volumes with models stay unless --volumes. Asks first on ' +
    'a terminal. A second `delete` finds nothing and is content.',
  arguments: [runningFleetArgument],
  options: [
    ...placeOptions,
    { name: 'volumes', description: 'remove the volumes with models too' },
    { name: 'yes', short: 'y', description: 'do not ask' },
    timeoutOption,
  ],
  examples: [
    { command: 'fairlead delete fleet.yaml', what: 'remove the Fleet of a file from its target' },
    { command: 'fairlead delete demo --target kubernetes -n llm --volumes --yes', what: 'with its models, unasked' },
  ],
  reports: true,
  load: async () => (await import('../handlers/delete.ts')).deleteHandler,
}
