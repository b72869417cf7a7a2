import type { Command } from '../command.ts'
import { applyOptions, placeOptions, runningFleetArgument } from './shared.ts'

/** `fairlead rollback` */
export const rollback: Command = {
  name: 'rollback',
  section: 'Change it',
  summary: 'Go back to an earlier revision of a Fleet',
  description: 'Applies what the revision had, as a new revision. The Fleet file on this machine stays as it is.',
  arguments: [runningFleetArgument],
  options: [
    {
      name: 'to',
      value: 'REVISION',
      type: 'integer',
      minimum: 1,
      description: 'number as `fairlead revisions` lists it; the one before the current when absent',
    },
    ...placeOptions,
    ...applyOptions,
  ],
  examples: [
    { command: 'fairlead rollback demo --target kubernetes', what: 'one revision back' },
    { command: 'fairlead rollback demo --target kubernetes --to 3', what: 'to revision 3' },
  ],
  reports: true,
  load: async () => (await import('../handlers/rollback.ts')).rollback,
}
