import type { Command } from '../command.ts'
import { fleetFileArgument } from './shared.ts'

/** `fairlead plan` */
export const plan: Command = {
  name: 'plan',
  section: 'Run a Fleet',
  summary: 'Show what `up` would do, and do nothing',
  description: 'Reads the Fleet file, fills in every default and lists the steps that `up` would take on this machine.',
  arguments: [fleetFileArgument],
  examples: [
    { command: 'fairlead plan', what: 'what `fairlead up` would do here and now' },
    { command: 'fairlead plan my-fleet.yaml --json', what: 'the same as one JSON document, with the resolved Fleet' },
  ],
  reports: true,
  load: async () => (await import('../handlers/plan.ts')).plan,
}
