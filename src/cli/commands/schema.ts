import type { Command } from '../command.ts'

/** `fairlead schema` */
export const schema: Command = {
  name: 'schema',
  section: 'Set up',
  summary: 'Print the JSON Schema of Fleet files, or the Fleet as a Kubernetes resource',
  description:
    'Editors that know JSON Schema complete and check Fleet files with it. With --crd it is the definition of the Fleet as a ' +
    'custom resource, by which a Kubernetes API server takes and checks Fleets.',
  options: [{ name: 'crd', description: 'the CustomResourceDefinition of fleets.fairlead.dev' }],
  examples: [
    { command: 'fairlead schema > fairlead.schema.json', what: 'a file for an editor' },
    { command: 'fairlead schema --crd | kubectl apply --server-side -f -', what: 'Fleets as objects of a cluster' },
  ],
  reports: true,
  load: async () => (await import('../handlers/schema.ts')).schema,
}
