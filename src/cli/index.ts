/**
 * The command `fairlead`: commands as data, and how a command line becomes an exit code. The process itself is main.ts;
 * reference.ts documents the commands for the docs.
 */
export { commandGroups, commands } from './commands/index.ts'
export { runCli } from './run-cli.ts'
