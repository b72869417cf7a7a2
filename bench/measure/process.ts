import { spawn, type ChildProcess } from 'node:child_process'
import { openSync, closeSync } from 'node:fs'

/** A process that the bench has started. */
export interface Started {
  readonly name: string
  readonly pid: number
  /** Whether it still runs. */
  readonly isAlive: () => boolean
  /** Asks it to end, then insists. */
  stop(): Promise<void>
}

/** Starts a program whose output goes to a file. */
export function startProcess(
  name: string,
  [program = '', ...args]: readonly string[],
  options: { readonly logFile: string; readonly environment?: NodeJS.ProcessEnv },
): Started {
  const log = openSync(options.logFile, 'w')
  const child = spawn(program, args, { stdio: ['ignore', log, log], env: options.environment ?? process.env })
  closeSync(log)
  child.on('error', () => undefined)
  if (child.pid === undefined) throw new Error(`${program} does not start`)
  return { name, pid: child.pid, isAlive: () => isAlive(child), stop: () => stop(child) }
}

const isAlive = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

async function stop(child: ChildProcess): Promise<void> {
  if (!isAlive(child)) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await ended
  clearTimeout(timer)
}

/** Polls until `isTrue`, for at most `timeoutMs`; says whether it came true. */
export async function waitUntil(isTrue: () => Promise<boolean>, timeoutMs = 15_000): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    if (await isTrue()) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
