import { Command as Parser, CommanderError, Option } from 'commander'
import type { Command, CommandGroup, CommandInput, CommandOption } from '../command.ts'
import { globalOptions, reportOptions, reportOptionsOf } from '../global-options.ts'
import { checkOptionValue } from './check-values.ts'
import { explainCommanderError } from './explain-commander-error.ts'
import { usageError } from './usage-error.ts'

/** A command line, understood. */
export interface ParsedCommandLine {
  readonly command: Command
  readonly input: CommandInput
  readonly settings: {
    readonly json: boolean
    readonly quiet: boolean
    readonly noColour: boolean
    readonly debug: boolean
  }
}

interface Found {
  readonly command: Command
  readonly args: readonly string[]
  readonly values: Record<string, unknown>
}

function toOption({ name, short, value }: CommandOption): Option {
  const long = value === undefined ? `--${name}` : `--${name} <${value}>`
  return new Option(short === undefined ? long : `-${short}, ${long}`)
}

/** Values are under commander's camelCase names; `no-color` is `color: false`. */
function valueOf(values: Record<string, unknown>, { name }: CommandOption): unknown {
  if (name.startsWith('no-')) return values[name.slice('no-'.length)] === false ? true : undefined
  return values[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())]
}

function quietParser(name?: string): Parser {
  return new Parser(name)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .helpOption(false)
    .helpCommand(false)
}

function addCommand(parent: Parser, word: string, command: Command, onFound: (found: Found) => void): Parser {
  const parser = quietParser(word).allowExcessArguments(false)
  for (const option of command.options ?? []) parser.addOption(toOption(option))
  for (const { name, required, variadic } of command.arguments ?? []) {
    const inner = variadic === true ? `${name}...` : name
    parser.argument(required === true ? `<${inner}>` : `[${inner}]`)
  }
  parser.action(() => onFound({ command, args: parser.args, values: parser.optsWithGlobals() }))
  parent.addCommand(parser)
  return parser
}

const depthOf = ({ name }: Command): number => name.split(' ').length

/** The whole grammar: commands, their options, and the global options wherever they stand. */
function buildParser(
  commands: readonly Command[],
  groups: readonly CommandGroup[],
  onFound: (found: Found) => void,
): Parser {
  const root = quietParser('fairlead')
  for (const option of [...globalOptions, ...reportOptions]) root.addOption(toOption(option))
  const groupParsers = new Map(groups.map(({ name }) => [name, quietParser(name)]))
  for (const parser of groupParsers.values()) root.addCommand(parser)
  // A command may have further ones below it: `controller`, and `controller manifests`.
  const commandParsers = new Map<string, Parser>()
  for (const command of commands.toSorted((one, other) => depthOf(one) - depthOf(other))) {
    const [first = '', second] = command.name.split(' ')
    if (second === undefined) commandParsers.set(first, addCommand(root, first, command, onFound))
    else addCommand(groupParsers.get(first) ?? commandParsers.get(first) ?? root, second, command, onFound)
  }
  return root
}

/** Words of the command that `args` get as far as, for messages. */
function knownWords(args: readonly string[], commands: readonly Command[]): string {
  const words = args.filter((word) => !word.startsWith('-'))
  const isPrefix = (prefix: string) => commands.some(({ name }) => name === prefix || name.startsWith(`${prefix} `))
  const two = words.slice(0, 2).join(' ')
  if (words.length > 1 && commands.some(({ name }) => name === two)) return two
  return words[0] !== undefined && isPrefix(words[0]) ? words[0] : ''
}

/** Understands a command line. @throws UserError with exit code 64 when it cannot. */
export function parseCommandLine(
  args: readonly string[],
  commands: readonly Command[],
  groups: readonly CommandGroup[],
): ParsedCommandLine {
  let found: Found | undefined
  try {
    buildParser(commands, groups, (each) => (found = each)).parse([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code === 'commander.help') found = undefined
    else throw explainCommanderError(error, knownWords(args, commands))
  }
  if (found === undefined) {
    const words = knownWords(args, commands)
    throw usageError({
      what: words === '' ? 'No command was given' : `fairlead ${words} needs a command`,
      mend: 'The help lists the commands.',
      command: `fairlead ${words === '' ? '' : `${words} `}--help`,
    })
  }
  return toCommandLine(found)
}

function toCommandLine({ command, args, values }: Found): ParsedCommandLine {
  const read = (option: CommandOption) => [option.name, checkOptionValue(option, valueOf(values, option))] as const
  const report = command.reports === true ? reportOptionsOf(command) : reportOptions
  const global = Object.fromEntries([...globalOptions, ...report].map(read))
  const wantsJson = global['json'] === true || global['format'] === 'json'
  if (wantsJson && command.reports !== true) {
    throw usageError({
      what: `fairlead ${command.name} takes no --json`,
      why: 'It reports nothing that a JSON document could hold.',
      command: `fairlead ${command.name} --help`,
    })
  }
  return {
    command,
    input: {
      args,
      options: {
        ...(command.formats === undefined ? {} : { format: wantsJson ? 'json' : global['format'] }),
        ...Object.fromEntries((command.options ?? []).map(read)),
      },
    },
    settings: {
      json: wantsJson,
      quiet: global['quiet'] === true,
      noColour: global['no-color'] === true,
      debug: global['debug'] === true,
    },
  }
}
