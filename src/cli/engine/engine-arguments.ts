import type { CommandInput } from '../command.ts'

/** The command line of an engine server, from the options of its command: they have the same names. */
export function engineArguments(options: CommandInput['options']): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    return value === true ? [`--${name}`] : [`--${name}=${value}`]
  })
}
