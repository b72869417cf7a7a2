import type { Command } from '../command.ts'

/** `fairlead engine install` */
export const engineInstall: Command = {
  name: 'engine install',
  section: 'Run a Fleet',
  summary: 'Install an engine of ours into the cache, before it is needed',
  description: 'Prints the folder, for --engine-folder and FAIRLEAD_ENGINE_FOLDER.',
  arguments: [{ name: 'ENGINE', description: 'llamacpp', required: true, completes: ['llamacpp'] }],
  examples: [
    { command: 'fairlead engine install llamacpp', what: 'fetch the build of llama.cpp that fits this machine' },
  ],
  load: async () => (await import('../handlers/engine-install.ts')).engineInstallHandler,
}
