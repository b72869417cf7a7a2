import type { Command } from '../command.ts'
import { applyOptions, fleetFileArgument, offlineOption, placeOptions, updateOptions } from './shared.ts'

/** `fairlead apply` */
export const apply: Command = {
  name: 'apply',
  section: 'Run a Fleet',
  summary: 'Bring a Fleet up on its target, or change what runs there',
  description:
    'Plans and renders the Fleet, changes on the target what differs, waits until every model serves, and shows the first ' +
    'cause when one does not. It can be interrupted at any moment: run again, it goes on from what is there. On target local ' +
    'it is `fairlead up` and stays.',
  arguments: [fleetFileArgument],
  options: [
    ...placeOptions,
    ...applyOptions,
    ...updateOptions,
    {
      name: 'output',
      short: 'o',
      value: 'DIR',
      description: 'folder of the Compose project (target compose); a folder of the Fleet’s state when absent',
      completes: 'file',
    },
    { name: 'prune-volumes', description: 'remove volumes that the Fleet names no more, with what is in them' },
    { name: 'reason', value: 'TEXT', description: 'why, for the list of revisions' },
    offlineOption,
  ],
  examples: [
    {
      command: 'fairlead apply fleet.yaml --target kubernetes -n llm',
      what: 'run it in namespace llm of the current context',
    },
    { command: 'fairlead apply --timeout 30m --reason "vLLM 0.32"', what: 'update the Fleet of ./fleet.yaml' },
    { command: 'fairlead apply --target compose --output deploy', what: 'a Compose project in ./deploy, started' },
  ],
  reports: true,
  load: async () => (await import('../handlers/apply.ts')).apply,
}
