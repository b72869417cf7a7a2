import { parseArgs } from 'node:util'
import { exitCodes, UserError } from '../../errors/index.ts'

/** What every engine process is told on its command line. */
export interface ProcessArguments<Extra extends string> {
  /** `--model NAME`, then the names of `--alias A,B`. */
  readonly modelNames: readonly string[]
  /** `--host ADDRESS`; 127.0.0.1 when absent. */
  readonly host: string
  /** `--port N`; 0, a free one, when absent. */
  readonly port: number
  /** `--context N`: longest prompt plus answer, in tokens. */
  readonly context?: number
  /** `--grace-ms N`: how long running requests may go on after SIGTERM; 30 s when absent. */
  readonly graceMs: number
  /** The engine's own flags, as they were given. */
  readonly extra: { readonly [Name in Extra]?: string }
}

const common = ['model', 'alias', 'host', 'port', 'context', 'grace-ms'] as const

/** Reads the command line of an engine process: the common flags and `extraNames`, each with a value. */
export function parseProcessArguments<Extra extends string = never>(
  argv: readonly string[],
  extraNames: readonly Extra[] = [],
): ProcessArguments<Extra> {
  const values = readValues(argv, [...common, ...extraNames])
  const model = values['model']
  if (model === undefined || model === '') throw usage('The flag --model NAME is missing.')
  const context = wholeNumber(values, 'context', 1, 2 ** 31)
  const extra: { [Name in Extra]?: string } = {}
  for (const name of extraNames) {
    const value = values[name]
    if (value !== undefined) extra[name] = value
  }
  return {
    modelNames: [...new Set([model, ...(values['alias']?.split(',') ?? [])])].filter((name) => name !== ''),
    host: values['host'] ?? '127.0.0.1',
    port: wholeNumber(values, 'port', 0, 65_535) ?? 0,
    ...(context !== undefined && { context }),
    graceMs: wholeNumber(values, 'grace-ms', 0, 86_400_000) ?? 30_000,
    extra,
  }
}

type Values = Readonly<Record<string, string | undefined>>

function readValues(argv: readonly string[], names: readonly string[]): Values {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error))
  }
}

function wholeNumber(values: Values, name: string, minimum: number, maximum: number): number | undefined {
  const text = values[name]
  if (text === undefined) return undefined
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
  if (value >= minimum && value <= maximum) return value
  throw usage(`--${name} takes a whole number from ${minimum} to ${maximum}, not ${JSON.stringify(text)}.`)
}

function usage(what: string): UserError {
  return new UserError({ what, exitCode: exitCodes.usage })
}
