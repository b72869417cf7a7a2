/** Which models become InferencePools, and what the picker of each is told. */
export { modelPools, poolLabel, type ModelPool } from './model-pool.ts'
export { knowsPolicy, pickerConfig } from './picker-config.ts'
