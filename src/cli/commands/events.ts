import type { Command } from '../command.ts'
import { placeOptions, runningFleetOption, subjectArgument } from './shared.ts'

/** `fairlead events` */
export const events: Command = {
  name: 'events',
  section: 'Look at it',
  summary: 'Show what happened to a Fleet, oldest first',
  description: 'Starts, ends and failures of replicas, as the target tells them.',
  arguments: [subjectArgument],
  options: [
    { name: 'follow', short: 'f', description: 'go on with new events until Ctrl-C' },
    runningFleetOption,
    ...placeOptions,
  ],
  examples: [
    { command: 'fairlead events', what: 'everything that is known' },
    { command: 'fairlead events llama -f --target kubernetes', what: 'follow one model in a cluster' },
  ],
  reports: true,
  load: async () => (await import('../handlers/events.ts')).events,
}
