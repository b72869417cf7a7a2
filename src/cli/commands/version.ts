import type { Command } from '../command.ts'

/** `fairlead version` */
export const version: Command = {
  name: 'version',
  section: 'Set up',
  summary: 'Show the versions of Fairlead and Node.js',
  examples: [{ command: 'fairlead version --json', what: 'for a bug report' }],
  reports: true,
  load: async () => (await import('../handlers/version.ts')).version,
}
