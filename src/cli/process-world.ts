import { isatty, type WriteStream } from 'node:tty'
import { exitCodes } from '../errors/index.ts'
import { attachedStreams } from './attached-streams.ts'
import type { Sink, Stop, World } from './world.ts'

/** A signal that arrives again this soon is the same key press: the terminal and a parent such as npm both deliver it. */
const samePressMs = 1_000

const sinkOf = (stream: WriteStream): Sink => ({
  isTerminal: stream.isTTY === true,
  write: (text) => void (stream.writable && stream.write(text)),
  columns: () => stream.columns,
})

/**
 * Counts SIGINT and SIGTERM: the first stops in order, the second without patience, the third at once. What it returns leaves
 * SIGINT to a program that has the terminal, and in turn returns what ends that.
 */
function listenToSignals(
  process: NodeJS.Process,
  stop: (cause: Stop['cause']) => void,
  kill: () => void,
): () => () => void {
  let count = 0
  let yielded = 0
  let lastAt = -Infinity
  const listen = (name: 'SIGINT' | 'SIGTERM', code: number) =>
    process.on(name, () => {
      if (name === 'SIGINT' && yielded > 0) return
      const now = performance.now()
      if (now - lastAt < samePressMs) return
      lastAt = now
      count += 1
      if (count === 1) stop(name)
      else if (count === 2) kill()
      else process.exit(code)
    })
  listen('SIGINT', exitCodes.interrupted)
  listen('SIGTERM', exitCodes.terminated)
  return () => {
    yielded += 1
    return () => void (yielded -= 1)
  }
}

/** `bin/fairlead.js` on an old Node holds the other end of this pipe: when it dies, even by SIGKILL, so does what it started. */
function watchLauncher(process: NodeJS.Process, stop: (cause: Stop['cause']) => void): void {
  const descriptor = Number(process.env['FAIRLEAD_LAUNCHER_PIPE'])
  if (!Number.isInteger(descriptor) || descriptor < 3) return
  delete process.env['FAIRLEAD_LAUNCHER_PIPE']
  const { Socket } = process.getBuiltinModule('node:net')
  const pipe = new Socket({ fd: descriptor, readable: true, writable: false })
  pipe.on('error', () => {}).on('close', () => stop('SIGTERM'))
  pipe.resume().unref()
}

/** Resolves once everything that was written is out. */
const drained = (stream: WriteStream) =>
  new Promise<void>((resolve) => (stream.writable ? stream.write('', () => resolve()) : resolve()))

/** The real process as a world, and how to wait until everything written is out. */
export function createProcessWorld(process: NodeJS.Process): { readonly world: World; flush(): Promise<void> } {
  const controller = new AbortController()
  const killController = new AbortController()
  const stop = (cause: Stop['cause']) => controller.abort({ kind: 'stop', cause } satisfies Stop)
  const yieldInterrupts = listenToSignals(process, stop, () => killController.abort())
  watchLauncher(process, stop)
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') stop('output-closed')
      else {
        process.stderr.write(
          `error: The output cannot be written\n  why   ${error.message}\n  mend  Free some space, or write to another place.\n`,
        )
        process.exit(exitCodes.failed)
      }
    })
  }
  return {
    world: {
      stdin: {
        get stream() {
          return process.stdin
        },
        isTerminal: isatty(0),
      },
      stdout: sinkOf(process.stdout),
      stderr: sinkOf(process.stderr),
      environment: process.env,
      workingFolder: process.cwd(),
      attachedStreams: () => attachedStreams(process, yieldInterrupts),
      signal: controller.signal,
      killSignal: killController.signal,
    },
    flush: async () => {
      await Promise.all([drained(process.stdout), drained(process.stderr)])
    },
  }
}
