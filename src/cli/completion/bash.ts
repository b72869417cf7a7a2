import type { Command, CommandGroup, CommandOption } from '../command.ts'
import { firstWords, optionsOf, secondWords } from './words.ts'

const listed = (words: readonly string[]) => `COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$word"))`
const files = 'COMPREPLY=($(compgen -f -- "$word"))'

const dashes = ({ name, short }: CommandOption) => (short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`])

function valueOffer(option: CommandOption): string {
  if (option.choices !== undefined) return listed(option.choices)
  return option.completes === 'file' ? files : 'COMPREPLY=()'
}

function commandCase(command: Command): string {
  const options = optionsOf(command)
  const valued = options.filter(({ value }) => value !== undefined)
  const argument = command.arguments?.[0]?.completes
  const offer = argument === 'file' ? files : argument === undefined ? 'COMPREPLY=()' : listed(argument)
  return [
    `    '${command.name}')`,
    '      case "$previous" in',
    ...valued.map((option) => `        ${dashes(option).join('|')}) ${valueOffer(option)}; return ;;`),
    '      esac',
    `      if [[ $word == -* ]]; then ${listed(options.flatMap(dashes))}; else ${offer}; fi`,
    '      ;;',
  ].join('\n')
}

/** The completion script of bash 4 and later. */
export function renderBash(commands: readonly Command[], groups: readonly CommandGroup[]): string {
  return [
    '# bash completion of fairlead; source it, for example from ~/.bashrc',
    '_fairlead() {',
    '  local word="${COMP_WORDS[COMP_CWORD]}" previous="" command="${COMP_WORDS[1]}"',
    '  if ((COMP_CWORD > 0)); then previous="${COMP_WORDS[COMP_CWORD - 1]}"; fi',
    `  if ((COMP_CWORD == 1)); then ${listed([...firstWords(commands, groups).map(({ word }) => word), '--help', '--version'])}; return; fi`,
    '  case "$command" in',
    ...groups.flatMap((group) => [
      `    ${group.name})`,
      `      if ((COMP_CWORD == 2)); then ${listed(secondWords(group, commands).map(({ word }) => word))}; return; fi`,
      '      command="$command ${COMP_WORDS[2]}"',
      '      ;;',
    ]),
    '  esac',
    '  case "$command" in',
    ...commands.map(commandCase),
    '  esac',
    '}',
    'complete -o filenames -F _fairlead fairlead',
    '',
  ].join('\n')
}
