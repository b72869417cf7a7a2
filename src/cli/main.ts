/**
 * The process `fairlead`: its streams and signals, and nothing else.
 */
import { commandGroups, commands, runCli } from './index.ts'
import { createProcessWorld } from './process-world.ts'

const { world, flush } = createProcessWorld(process)
const code = await runCli(process.argv.slice(2), { commands, groups: commandGroups }, world)
await flush()
process.exit(code)
