import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Environment } from '../../../files/index.ts'
import { endOf, type ProcessEnd } from './process-end.ts'

/** A program with its arguments. */
export interface CommandLine {
  /** Absolute path, or a name on PATH. */
  readonly program: string
  readonly args: readonly string[]
  /** Variables beside the inherited environment. */
  readonly env: Readonly<Record<string, string>>
}

/** A running child process. */
export interface Child {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined
  /** Resolves once it has ended and its output was read. */
  readonly ended: Promise<Omit<ProcessEnd, 'lastLines'>>
  /** Sends a signal to the process itself; does nothing once it has ended. */
  signal(name: 'SIGTERM' | 'SIGKILL'): void
  /** Kills it and whatever it started. */
  killGroup(): void
}

/** Longest wait for the output of an ended process, whose pipe a child of its own may still hold. */
const outputGraceMs = 1_000

/** Sends a signal to a process or, when negative, a process group; false when it is not there. */
function send(pid: number, name: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/**
 * Starts a child that ends with us: it inherits an IPC pipe whose end it watches.
 * It leads a process group of its own, so that a terminal's Ctrl-C reaches us alone and the stop is orderly.
 */
export function startChild(
  commandLine: CommandLine,
  environment: Environment,
  onLine: (line: string) => void,
  onMessage: (message: unknown) => void,
): Child {
  const child = spawn(commandLine.program, commandLine.args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...environment, ...commandLine.env },
    detached: true,
  })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine)
  }
  child.on('message', onMessage)
  const { promise: ended, resolve } = Promise.withResolvers<Omit<ProcessEnd, 'lastLines'>>()
  let hasEnded = false
  const killGroup = () => {
    if (child.pid !== undefined) send(-child.pid, 'SIGKILL')
  }
  child.on('error', (error) => {
    // Also raised for a failed `send` or `kill`; only a child without a pid never started.
    if (child.pid === undefined)
      resolve({ code: null, signal: null, problem: `could not be started: ${error.message}` })
  })
  child.on('exit', (code, signal) => {
    hasEnded = true
    killGroup()
    setTimeout(() => resolve(endOf(code, signal)), outputGraceMs).unref()
  })
  child.on('close', (code, signal) => resolve(endOf(code, signal)))
  return {
    pid: child.pid,
    ended,
    signal(name) {
      if (!hasEnded && child.pid !== undefined) send(child.pid, name)
    },
    killGroup: () => {
      if (!hasEnded) killGroup()
    },
  }
}
