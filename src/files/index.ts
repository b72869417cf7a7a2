/**
 * The file system's few shared rules: where things live, bounded reads, atomic writes.
 */
export { cacheFolder, enginesFolder, fleetStateFolder, modelsFolder, type Environment } from './paths.ts'
export { readBoundedFile } from './read-bounded.ts'
export { writeFileAtomic } from './write-atomic.ts'
