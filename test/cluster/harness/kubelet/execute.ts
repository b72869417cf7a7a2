import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ContainerProcess, ContainerTask } from './container-process.ts'

const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--root', '--wd']

/** A command in a container that runs, with its variables, as its user; undefined where it does not run. */
function commandIn(container: ContainerProcess, { user, group }: ContainerTask, command: readonly string[]) {
  const pid = container.firstProcess
  if (pid === undefined) return undefined
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
  const env = Object.fromEntries(
    variables.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const as = user === 'own' ? [] : [`--setuid=${user}`, `--setgid=${group}`]
  return { args: ['--target', String(pid), ...namespaces, ...as, '--', ...command], env }
}

const program = '/usr/bin/nsenter'

/** Starts a command in a container, for those who pass its streams on. */
export function startIn(
  container: ContainerProcess,
  task: ContainerTask,
  command: readonly string[],
): ChildProcessWithoutNullStreams | undefined {
  const found = commandIn(container, task, command)
  return found === undefined ? undefined : spawn(program, found.args, { env: found.env })
}

/** Runs a command in a container; resolves to its exit code and output. */
export function executeIn(
  container: ContainerProcess,
  task: ContainerTask,
  command: readonly string[],
  timeoutMs: number,
): Promise<{ readonly code: number; readonly output: string }> {
  const found = commandIn(container, task, command)
  if (found === undefined) return Promise.resolve({ code: 1, output: 'container not running' })
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>()
  execFile(
    program,
    found.args,
    { env: found.env, timeout: timeoutMs, killSignal: 'SIGKILL' },
    (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      const isLate = error?.killed === true
      resolve({ code, output: isLate ? `command timed out after ${timeoutMs} ms` : `${stdout}${stderr}` })
    },
  )
  return promise
}
