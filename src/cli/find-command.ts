import type { Command, CommandGroup } from './command.ts'

/** What the first words of a command line name. */
export type Named =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'group'; readonly group: CommandGroup; readonly commands: readonly Command[] }
  | { readonly kind: 'nothing' }

/** The command or group that `words` begin with; words that start with a dash are passed over. */
export function findCommand(
  words: readonly string[],
  commands: readonly Command[],
  groups: readonly CommandGroup[],
): Named {
  const [first = '', second = ''] = words.filter((word) => !word.startsWith('-'))
  const command =
    commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first)
  if (command !== undefined) return { kind: 'command', command }
  const group = groups.find(({ name }) => name === first)
  if (group === undefined) return { kind: 'nothing' }
  return { kind: 'group', group, commands: commands.filter(({ name }) => name.startsWith(`${group.name} `)) }
}
