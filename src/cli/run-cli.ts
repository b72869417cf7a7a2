import { exitCodes, type ExitCode } from '../errors/index.ts'
import type { CommandLine } from './command.ts'
import { createOutput, createPaint, wantsColour, type OutputSettings } from './console/index.ts'
import { findCommand } from './find-command.ts'
import { renderCommandHelp, renderGroupHelp, renderRootHelp, type HelpSurface } from './help/index.ts'
import { stopOf, type World } from './world.ts'

/** Lines of help are no longer than this, however wide the terminal. */
const widestHelp = 100

const beforeDashes = (args: readonly string[]) => (args.includes('--') ? args.slice(0, args.indexOf('--')) : args)

const wantsHelp = (args: readonly string[]) =>
  args.length === 0 || args[0] === 'help' || beforeDashes(args).some((arg) => arg === '--help' || arg === '-h')

/** The help that `args` ask for; undefined when they name no command. */
function helpFor(args: readonly string[], { commands, groups }: CommandLine, surface: HelpSurface): string | undefined {
  const words = args.filter((arg, index) => !arg.startsWith('-') && !(index === 0 && arg === 'help'))
  if (words.length === 0) return renderRootHelp(commands, surface)
  const named = findCommand(words, commands, groups)
  if (named.kind === 'command') return renderCommandHelp(named.command, surface)
  if (named.kind === 'group') return renderGroupHelp(named.group, named.commands, surface)
  return undefined
}

/** The settings as far as they can be told from a command line that may not be understood. */
function settingsFrom(args: readonly string[]): OutputSettings & { readonly debug: boolean } {
  const json = args.some(
    (arg, index) => arg === '--json' || arg === '--format=json' || (arg === 'json' && args[index - 1] === '--format'),
  )
  return { json, quiet: false, noColour: args.includes('--no-color'), debug: args.includes('--debug') }
}

async function tellError(error: unknown, args: readonly string[], world: World): Promise<ExitCode> {
  const { describeError, errorDocument, renderError } = await import('./errors/index.ts')
  const settings = settingsFrom(args)
  const output = createOutput(world, settings)
  const description = describeError(error)
  const withStack = settings.debug || (world.environment['FAIRLEAD_DEBUG'] ?? '') !== ''
  if (output.json) output.document(errorDocument(description, withStack))
  else output.warn(renderError(description, output.notePaint, withStack))
  return description.exitCode
}

async function runCommand(args: readonly string[], commandLine: CommandLine, world: World): Promise<number> {
  const { parseCommandLine } = await import('./parse/index.ts')
  const { command, input, settings } = parseCommandLine(args, commandLine.commands, commandLine.groups)
  const handler = await command.load()
  const output = createOutput(world, settings)
  const { stdin, environment, workingFolder, signal, killSignal, findTarget, attachedStreams } = world
  const known = { commandLine, output, input: stdin, environment, workingFolder, signal, killSignal, attachedStreams }
  try {
    return await handler(input, findTarget === undefined ? known : { ...known, findTarget })
  } finally {
    output.live([])
  }
}

/** An error that says no more than that the signal fired. */
const isAbort = (error: unknown, signal: AbortSignal) =>
  signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))

const stopCodes = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  'output-closed': exitCodes.done,
} as const

/** Runs one command line from its words to its exit code; throws nothing. */
export async function runCli(args: readonly string[], commandLine: CommandLine, world: World): Promise<number> {
  const words = args[0] === '--version' || args[0] === '-V' ? ['version', ...args.slice(1)] : args
  if (wantsHelp(words)) {
    const paint = createPaint(wantsColour(world.stdout.isTerminal, args.includes('--no-color'), world.environment))
    const columns = Math.min(world.stdout.columns() ?? widestHelp, widestHelp)
    const help = helpFor(words, commandLine, { columns, paint })
    if (help !== undefined) {
      world.stdout.write(`${help}\n`)
      return exitCodes.done
    }
  }
  let code: number
  try {
    code = await runCommand(words[0] === 'help' ? words.slice(1) : words, commandLine, world)
  } catch (error) {
    code = isAbort(error, world.signal) ? exitCodes.failed : await tellError(error, words, world)
  }
  return world.signal.aborted ? stopCodes[stopOf(world.signal).cause] : code
}
