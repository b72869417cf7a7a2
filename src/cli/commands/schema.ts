import type { Command } from '../command.ts'

/** `fairlead schema` */
export const schema: Command = {
  name: 'schema',
  section: 'Set up',
  summary: 'Print the JSON Schema of Fleet files',
  description: 'Editors that know JSON Schema complete and check Fleet files with it.',
  examples: [{ command: 'fairlead schema > fairlead.schema.json', what: 'a file for an editor' }],
  reports: true,
  load: async () => (await import('../handlers/schema.ts')).schema,
}
