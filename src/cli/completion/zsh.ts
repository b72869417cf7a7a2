import type { Command, CommandGroup, CommandOption } from '../command.ts'
import { firstWords, optionsOf, secondWords, type OfferedWord } from './words.ts'

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
const escapeMeaning = (text: string) => text.replaceAll(/[[\]:\\]/g, '\\$&')
const described = (words: readonly OfferedWord[]) =>
  words.map(({ word, meaning }) => `      ${quote(`${word}:${meaning}`)}`)

function optionSpecs(option: CommandOption): readonly string[] {
  const { name, short, value, description, choices, completes } = option
  const action = choices === undefined ? (completes === 'file' ? '_files' : ' ') : `(${choices.join(' ')})`
  const suffix = value === undefined ? '' : `:${value}:${action}`
  const names = short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]
  return names.map((each) => quote(`${each}[${escapeMeaning(description)}]${suffix}`))
}

function commandCase(command: Command): readonly string[] {
  const argument = command.arguments?.[0]
  const action =
    argument?.completes === 'file'
      ? '_files'
      : argument?.completes === undefined
        ? ' '
        : `(${argument.completes.join(' ')})`
  const specs = [
    ...optionsOf(command).flatMap(optionSpecs),
    ...(argument === undefined ? [] : [quote(`1:${argument.name}:${action}`)]),
  ]
  return [`    ${quote(command.name)})`, `      _arguments ${specs.join(' ')}`, '      ;;']
}

/** The completion script of zsh. */
export function renderZsh(commands: readonly Command[], groups: readonly CommandGroup[]): string {
  return [
    '#compdef fairlead',
    '# zsh completion of fairlead; source it after compinit, or put it as _fairlead into a folder of $fpath',
    '_fairlead() {',
    '  local command=$words[2]',
    '  local -a offered',
    '  if ((CURRENT == 2)); then',
    '    offered=(',
    ...described(firstWords(commands, groups)),
    '    )',
    "    _describe 'command' offered",
    '    return',
    '  fi',
    '  shift words',
    '  ((CURRENT--))',
    ...groups.flatMap((group) => [
      `  if [[ $command == ${group.name} ]]; then`,
      '    if ((CURRENT == 2)); then',
      '    offered=(',
      ...described(secondWords(group, commands)),
      '    )',
      "    _describe 'command' offered",
      '    return',
      '    fi',
      '    command="$command $words[2]"',
      '    shift words',
      '    ((CURRENT--))',
      '  fi',
    ]),
    '  case $command in',
    ...commands.flatMap(commandCase),
    '  esac',
    '}',
    'if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _fairlead "$@"; else compdef _fairlead fairlead; fi',
    '',
  ].join('\n')
}
