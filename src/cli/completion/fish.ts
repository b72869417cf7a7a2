import type { Command, CommandGroup, CommandOption } from '../command.ts'
import { firstWords, optionsOf, secondWords, type OfferedWord } from './words.ts'

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** True while the words of `name` have been typed. */
const condition = (name: string) =>
  quote(
    name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and '),
  )

function optionLine(
  name: string,
  { name: long, short, value, description, choices, completes }: CommandOption,
): string {
  return [
    `complete -c fairlead -n ${condition(name)} -l ${long}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(value === undefined ? [] : [completes === 'file' ? '-r -F' : '-x']),
    ...(choices === undefined ? [] : [`-a ${quote(choices.join(' '))}`]),
    `-d ${quote(description)}`,
  ].join(' ')
}

function argumentLines({ name, arguments: list = [] }: Command): readonly string[] {
  const completes = list[0]?.completes
  if (completes === undefined) return []
  if (completes === 'file') return [`complete -c fairlead -n ${condition(name)} -F`]
  return [`complete -c fairlead -n ${condition(name)} -a ${quote(completes.join(' '))}`]
}

/** Offers a word when `when` holds. */
const word = (when: string) => (offered: OfferedWord) =>
  `complete -c fairlead -n ${when} -a ${offered.word} -d ${quote(offered.meaning)}`

/** The completion script of fish. */
export function renderFish(commands: readonly Command[], groups: readonly CommandGroup[]): string {
  return [
    '# fish completion of fairlead; put it into ~/.config/fish/completions/fairlead.fish',
    'complete -c fairlead -f',
    ...firstWords(commands, groups).map(word('__fish_use_subcommand')),
    ...groups.flatMap((group) => {
      const words = secondWords(group, commands)
      const open = `__fish_seen_subcommand_from ${group.name}; and not __fish_seen_subcommand_from ${words.map((each) => each.word).join(' ')}`
      return words.map(word(quote(open)))
    }),
    ...commands.flatMap((command) => [
      ...argumentLines(command),
      ...optionsOf(command).map((option) => optionLine(command.name, option)),
    ]),
    '',
  ].join('\n')
}
