/**
 * Holds a foreign engine, so that it ends when its supervisor does: `node watchdog.js [--grace-ms N] -- COMMAND ARGUMENT...`.
 *
 * It runs the command in a process group of its own, with its own output, and tells its parent the pid over IPC:
 * `{type: 'spawned', pid}`. When the IPC channel closes (the supervisor is gone, however it went) or SIGTERM comes, the group
 * gets SIGTERM and, after the grace period, SIGKILL. It exits with the command's code, or 128 + signal number; 127 when the
 * command cannot be started (as shells do). SIGINT is left to the parent, because Ctrl-C reaches both.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { parseArgs } from 'node:util'

const usageExitCode = 64
const cannotStartExitCode = 127
const defaultGraceMs = 10_000

/** What it was told to do. */
interface Task {
  readonly command: string
  readonly args: readonly string[]
  readonly graceMs: number
}

function parseTask(argv: readonly string[]): Task {
  const end = argv.indexOf('--')
  const options = { 'grace-ms': { type: 'string' } } as const
  const { values } = parseArgs({ args: argv.slice(0, Math.max(end, 0)), options })
  const graceMs = Number(values['grace-ms'] ?? defaultGraceMs)
  const [command, ...args] = end < 0 ? [] : argv.slice(end + 1)
  if (command === undefined || !(graceMs >= 0)) throw new Error('expected [--grace-ms N] -- COMMAND [ARGUMENT...]')
  return { command, args, graceMs }
}

/** Sends a signal to the whole group; one that is gone already is fine. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // ESRCH: nobody is left.
  }
}

function run({ command, args, graceMs }: Task): void {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  let killTimer: NodeJS.Timeout | undefined
  const stop = () => {
    if (killTimer !== undefined) return
    signalGroup(child, 'SIGTERM')
    killTimer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', () => {
    if (!process.connected) stop()
  })
  process.on('disconnect', stop)
  child.once('spawn', () => {
    // The callback takes the error of a channel that has just closed; `disconnect` deals with that.
    process.send?.({ type: 'spawned', pid: child.pid }, undefined, undefined, () => {})
  })
  child.once('error', (error) => {
    process.stderr.write(`error: ${command} cannot be started: ${error.message}\n`)
    process.exit(cannotStartExitCode)
  })
  child.once('exit', (code, signal) => {
    // What it started itself must not stay either.
    signalGroup(child, 'SIGKILL')
    process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
  })
}

try {
  run(parseTask(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(usageExitCode)
}
