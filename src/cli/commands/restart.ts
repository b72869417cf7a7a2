import type { Command } from '../command.ts'
import { placeOptions, runningFleetOption, subjectArgument, timeoutOption } from './shared.ts'

/** `fairlead restart` */
export const restart: Command = {
  name: 'restart',
  section: 'Change it',
  summary: 'Start replicas anew, one after the other',
  description: 'A model with several replicas serves throughout; the gateway lets open answers end first.',
  arguments: [subjectArgument],
  options: [runningFleetOption, ...placeOptions, timeoutOption],
  examples: [
    { command: 'fairlead restart llama', what: 'the replicas of one model' },
    { command: 'fairlead restart --fleet demo --target kubernetes', what: 'everything of a Fleet in a cluster' },
  ],
  reports: true,
  load: async () => (await import('../handlers/restart.ts')).restart,
}
