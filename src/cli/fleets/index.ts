/**
 * Fleet files as commands take them: which one, its warnings, ports from the command line.
 */
export { openFleet, purposeOf } from './open-fleet.ts'
export { openForTarget } from './open-for-target.ts'
export { overridePorts } from './override-ports.ts'
export { resolveFleet, sourceLine } from './resolve-fleet.ts'
export { readyText } from './ready-text.ts'
