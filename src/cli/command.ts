import type { ExitCode } from '../errors/index.ts'
import type { Environment } from '../files/index.ts'
import type { Output } from './output.ts'

/** An argument by position. */
export interface CommandArgument {
  readonly name: string
  readonly description: string
  readonly required?: boolean
  readonly variadic?: boolean
}

/** An option. `value` names its value; without one it is a switch. */
export interface CommandOption {
  /** Long name without dashes, such as `admin-port`. */
  readonly name: string
  readonly short?: string
  readonly value?: string
  readonly description: string
  readonly default?: string | number
  readonly choices?: readonly string[]
  /** `integer` values are checked before the command runs. */
  readonly type?: 'text' | 'integer'
}

/** A command line to paste, and what it does. */
export interface CommandExample {
  readonly command: string
  readonly what: string
}

/** What a command gets. Option values are under their long name, as written in `options`. */
export interface CommandInput {
  readonly args: readonly string[]
  readonly options: Readonly<Record<string, string | number | boolean | undefined>>
}

/** The world as a command may touch it. */
export interface CommandContext {
  readonly output: Output
  readonly environment: Environment
  readonly workingFolder: string
  /** Fires at Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
}

/** The acting part of a command; loaded only when it runs. */
export type CommandHandler = (input: CommandInput, context: CommandContext) => Promise<ExitCode>

/** A command as data: help, reference, completion and parsing come from it. */
export interface Command {
  /** Words of it, such as `models pull`. */
  readonly name: string
  readonly summary: string
  readonly description?: string
  readonly arguments?: readonly CommandArgument[]
  readonly options?: readonly CommandOption[]
  readonly examples: readonly CommandExample[]
  /** Whether it reports, and so takes `--json`. */
  readonly reports?: boolean
  /** Imports the handler; keeps `--help` quick. */
  load(): Promise<CommandHandler>
}
