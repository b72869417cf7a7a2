/**
 * Our own engine servers as commands, for containers; on one machine `up` starts them.
 */
export { becomeEngine } from './become-engine.ts'
export { engineArguments } from './engine-arguments.ts'
export type { EngineServer } from './engine-entry.ts'
