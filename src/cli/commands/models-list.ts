import type { Command } from '../command.ts'

/** `fairlead models list` */
export const modelsList: Command = {
  name: 'models list',
  section: 'Models',
  summary: 'List the models in the cache of this machine',
  examples: [{ command: 'fairlead models list', what: 'sources, sizes and when they were stored' }],
  reports: true,
  load: async () => (await import('../handlers/models-list.ts')).modelsList,
}
