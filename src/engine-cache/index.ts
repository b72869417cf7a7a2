/**
 * The engine cache: engine builds that are installed on demand, each whole or not at all.
 */
export { createEngineCache, type EngineCacheOptions } from './engine-cache.ts'
export type { EngineCache, InstallableEngine, InstallContext, InstalledEngine } from './contract.ts'
