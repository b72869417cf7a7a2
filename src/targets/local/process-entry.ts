import { fileURLToPath } from 'node:url'

/** Our own processes, by the file that each begins in. */
const entries = {
  gateway: 'gateway/main',
  llamacpp: 'engine-servers/llamacpp/main',
  simulated: 'engine-servers/simulated/main',
  watchdog: 'engine-servers/watchdog',
} as const

/** One of our own processes that is spawned. */
export type ProcessEntry = keyof typeof entries

/** Absolute path of the file that a process of ours begins in: TypeScript in a clone, JavaScript in the built package. */
export function processEntry(name: ProcessEntry): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`../../${entries[name]}.${extension}`, import.meta.url))
}
