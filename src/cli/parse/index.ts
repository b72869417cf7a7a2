/**
 * Understanding a command line: commander's grammar, built from the commands as data; our words when it does not fit.
 */
export { parseCommandLine } from './parse-command-line.ts'
export { usageError } from './usage-error.ts'
