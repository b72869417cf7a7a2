import type { Command } from '../command.ts'

/** `fairlead models verify` */
export const modelsVerify: Command = {
  name: 'models verify',
  section: 'Models',
  summary: 'Read every model in the cache again and compare checksums',
  description: 'Exits with 2 when a file is not what it was.',
  examples: [{ command: 'fairlead models verify', what: 'find damaged files' }],
  reports: true,
  load: async () => (await import('../handlers/models-verify.ts')).modelsVerify,
}
