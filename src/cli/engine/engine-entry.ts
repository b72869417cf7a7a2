import { fileURLToPath } from 'node:url'

/** Our own engine servers. */
export type EngineServer = 'llamacpp' | 'simulated'

/** Absolute path of the file that an engine server begins in: TypeScript in a clone, JavaScript in the built package. */
export function engineEntry(name: EngineServer): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`../../engine-servers/${name}/main.${extension}`, import.meta.url))
}
