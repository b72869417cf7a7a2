import type { Environment } from '../files/index.ts'
import type { CommandStreams, findTarget } from '../operate/index.ts'
import type { Input } from './input.ts'
import type { Output } from './output.ts'

/** An argument by position. */
export interface CommandArgument {
  readonly name: string
  readonly description: string
  readonly required?: boolean
  readonly variadic?: boolean
  /** What a shell offers at its place. */
  readonly completes?: 'file' | readonly string[]
}

/** An option. `value` names its value; without one it is a switch. */
export interface CommandOption {
  /** Long name without dashes, such as `admin-port`. */
  readonly name: string
  /** One letter, without its dash. */
  readonly short?: string
  readonly value?: string
  readonly description: string
  readonly default?: string | number
  readonly choices?: readonly string[]
  /** `integer` values are checked before the command runs. */
  readonly type?: 'text' | 'integer'
  /** Smallest and largest `integer`. */
  readonly minimum?: number
  readonly maximum?: number
  /** What a shell offers as its value. */
  readonly completes?: 'file'
}

/** A command line to paste, and what it does. */
interface CommandExample {
  readonly command: string
  readonly what: string
}

/** Headings under which `fairlead --help` lists commands, in this order. */
export const commandSections = ['Run a Fleet', 'Look at it', 'Change it', 'Models', 'Set up'] as const
/** One of the headings. */
export type CommandSection = (typeof commandSections)[number]

/** What a command gets. Option values are under their long name, as written in `options`. */
export interface CommandInput {
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>
}

/** What there is to run. */
export interface CommandLine {
  readonly commands: readonly Command[]
  readonly groups: readonly CommandGroup[]
}

/** The world as a command may touch it. */
export interface CommandContext {
  /** All commands, for those that tell of the others. */
  readonly commandLine: CommandLine
  readonly output: Output
  readonly input: Input
  readonly environment: Environment
  readonly workingFolder: string
  /** Fires at Ctrl-C or SIGTERM, and when nobody reads standard output any more. */
  readonly signal: AbortSignal
  /** Fires when Ctrl-C or SIGTERM comes again: whoever waits has had enough of an orderly stop. */
  readonly killSignal: AbortSignal
  /** The process’s streams as a command elsewhere gets them. */
  readonly attachedStreams: () => CommandStreams
  /** How targets are found; a test gives its own. */
  readonly findTarget?: typeof findTarget
}

/** The acting part of a command; loaded only when it runs. Its exit code is an `ExitCode`, or that of a program which it ran. */
export type CommandHandler = (input: CommandInput, context: CommandContext) => Promise<number>

/** A command as data: help, reference, completion and parsing come from it. */
export interface Command {
  /** Words of it, such as `models pull`. */
  readonly name: string
  readonly section: CommandSection
  readonly summary: string
  readonly description?: string
  readonly arguments?: readonly CommandArgument[]
  readonly options?: readonly CommandOption[]
  readonly examples: readonly CommandExample[]
  /** Whether it reports, and so takes `--json`. */
  readonly reports?: boolean
  /** What `--format` takes beside `text` and `json`; such a command reads `format` from its options. */
  readonly formats?: readonly string[]
  /** Imports the handler; keeps `--help` quick. */
  load(): Promise<CommandHandler>
}

/** Words that commands share, such as `models`. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
}
