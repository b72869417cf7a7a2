import { PassThrough, Writable, type Readable } from 'node:stream'
import type { Environment } from '../../files/index.ts'
import type { Command, CommandGroup } from '../command.ts'
import { commandGroups, commands } from '../commands/index.ts'
import { runCli as runCommandLine } from '../run-cli.ts'
import type { Sink, World } from '../world.ts'

/** What a test gives to a command line. */
export interface RunOptions {
  readonly env?: Environment
  readonly cwd?: string
  /** Text that is piped in, or a stream. */
  readonly stdin?: string | Readable
  /** Whether all three streams are terminals of 80 columns. */
  readonly isTerminal?: boolean
  readonly signal?: AbortSignal
  readonly commands?: readonly Command[]
  readonly groups?: readonly CommandGroup[]
  readonly findTarget?: World['findTarget']
  /** Sees standard output as it is written. */
  readonly onOutput?: (text: string) => void
}

/** How a command line ended. */
export interface RunResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function collector(isTerminal: boolean, onText: (text: string) => void = () => {}): Sink & { text(): string } {
  let collected = ''
  return {
    isTerminal,
    columns: () => (isTerminal ? 80 : undefined),
    write: (text) => {
      collected += text
      onText(text)
    },
    text: () => collected,
  }
}

const asWritable = (sink: Sink) =>
  new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      sink.write(bytes.toString('utf8'))
      done()
    },
  })

function toStream(stdin: string | Readable): Readable {
  if (typeof stdin !== 'string') return stdin
  const stream = new PassThrough()
  stream.end(stdin)
  return stream
}

/** Runs a command line within the test's process, with streams of its own. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { env = {}, cwd = '/', stdin = '', isTerminal = false } = options
  const stdout = collector(isTerminal, options.onOutput)
  const stderr = collector(isTerminal)
  const world: World = {
    stdin: { stream: toStream(stdin), isTerminal },
    stdout,
    stderr,
    environment: env,
    workingFolder: cwd,
    signal: options.signal ?? new AbortController().signal,
    killSignal: new AbortController().signal,
    attachedStreams: () => ({ input: toStream(stdin), output: asWritable(stdout), errors: asWritable(stderr) }),
    ...(options.findTarget === undefined ? {} : { findTarget: options.findTarget }),
  }
  const commandLine = { commands: options.commands ?? commands, groups: options.groups ?? commandGroups }
  const code = await runCommandLine(args, commandLine, world)
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}
