import type { Environment } from '../files/index.ts'
import type { ProgressReporter } from '../progress/index.ts'

/** Engines that are installed on demand. */
export type InstallableEngine = 'llamacpp'

/** An engine build in the cache. */
export interface InstalledEngine {
  readonly name: InstallableEngine
  readonly version: string
  /** Absolute path of the folder that holds its `node_modules`. */
  readonly folder: string
  readonly bytes: number
}

/** What an installation is given. */
export interface InstallContext {
  readonly environment: Environment
  readonly progress: ProgressReporter
  readonly signal: AbortSignal
}

/** The engine builds on this machine. */
export interface EngineCache {
  find(name: InstallableEngine): Promise<InstalledEngine | undefined>
  /** Installs the one build that fits this machine, unless it is there. */
  install(name: InstallableEngine, context: InstallContext): Promise<InstalledEngine>
  /** About how many bytes `install` would put on disk. */
  expectedBytes(name: InstallableEngine): number
}
