import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { exitCodes, UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'

/** What the server is started with. */
export interface LlamacppSettings {
  /** Folder whose `node_modules` holds node-llama-cpp. */
  readonly engineFolder: string
  readonly modelPath: string
  readonly modelNames: readonly string[]
  readonly host: string
  /** 0 for a free one. */
  readonly port: number
  /** Prompt plus answer of one sequence in tokens; 0 for the model's own limit, as far as the memory reaches. */
  readonly contextLength: number
  /** Sequences at once. */
  readonly sequences: number
  readonly threads: number
  /**
   * Prompt tokens computed in one step at the most; an abort waits for the step. From 128 on, larger steps are no faster on a
   * processor (measured: SmolLM2-135M, 2 cores, 32 to 512).
   */
  readonly batchSize: number
  /** Requests that wait at the most; more are refused. */
  readonly maxWaiting: number
  readonly graceMs: number
}

/** The flags of `llama-server` that mean something here, with its names and short forms, and three of our own. */
const options = {
  model: { type: 'string', short: 'm' },
  alias: { type: 'string', short: 'a' },
  host: { type: 'string' },
  port: { type: 'string' },
  'ctx-size': { type: 'string', short: 'c' },
  parallel: { type: 'string' },
  threads: { type: 'string', short: 't' },
  'batch-size': { type: 'string', short: 'b' },
  // Always on here; accepted because both servers are started with the same command line.
  metrics: { type: 'boolean' },
  jinja: { type: 'boolean' },
  'engine-folder': { type: 'string' },
  'max-waiting': { type: 'string' },
  'grace-ms': { type: 'string' },
} as const

/**
 * Reads the command line.
 * @throws UserError with the exit code for usage.
 */
export function parseSettings(argv: readonly string[], environment: Environment): LlamacppSettings {
  const values = readFlags(argv)
  const modelPath = values.model
  if (modelPath === undefined) throw usage('The flag --model FILE is missing.')
  const engineFolder = values['engine-folder'] ?? environment['FAIRLEAD_ENGINE_FOLDER']
  if (engineFolder === undefined)
    throw usage('The flag --engine-folder FOLDER is missing, and so is FAIRLEAD_ENGINE_FOLDER.')
  const number = (name: keyof typeof values, fallback: number, minimum: number, maximum: number) =>
    wholeNumber(name, values[name], fallback, minimum, maximum)
  const sequences = number('parallel', 1, 1, 256)
  return {
    engineFolder,
    modelPath,
    modelNames: (values.alias ?? basename(modelPath, '.gguf')).split(',').filter((name) => name !== ''),
    host: values.host ?? '127.0.0.1',
    port: number('port', 8080, 0, 65_535),
    contextLength: Math.floor(number('ctx-size', 0, 0, 2 ** 31) / sequences),
    sequences,
    threads: number('threads', availableParallelism(), 1, 1024),
    batchSize: number('batch-size', 128, 32, 8192),
    maxWaiting: number('max-waiting', 1024, 0, 1_000_000),
    graceMs: number('grace-ms', 30_000, 0, 86_400_000),
  }
}

function readFlags(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values
  } catch (error) {
    throw new UserError({
      what: error instanceof Error ? error.message : String(error),
      why: `Fairlead's own llama.cpp server knows ${Object.keys(options)
        .map((name) => `--${name}`)
        .join(', ')}.`,
      mend: 'Take the argument out of `engineArgs`, or install llama.cpp, so that `llama-server` is on PATH and used instead.',
      exitCode: exitCodes.usage,
    })
  }
}

function wholeNumber(
  name: string,
  text: string | boolean | undefined,
  fallback: number,
  minimum: number,
  maximum: number,
): number {
  if (typeof text !== 'string') return fallback
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
  if (value >= minimum && value <= maximum) return value
  throw usage(`--${name} takes a whole number from ${minimum} to ${maximum}, not ${JSON.stringify(text)}.`)
}

function usage(what: string): UserError {
  return new UserError({ what, exitCode: exitCodes.usage })
}
