import type { Command } from '../command.ts'
import { placeOptions, runningFleetArgument } from './shared.ts'

/** `fairlead revisions` */
export const revisions: Command = {
  name: 'revisions',
  section: 'Look at it',
  summary: 'List the applied states of a Fleet that can be gone back to',
  description: 'The last 10, newest first. With --json also the text of each Fleet file.',
  arguments: [runningFleetArgument],
  options: placeOptions,
  examples: [
    { command: 'fairlead revisions demo --target kubernetes', what: 'number, time, version and reason of each' },
  ],
  reports: true,
  load: async () => (await import('../handlers/revisions.ts')).revisions,
}
