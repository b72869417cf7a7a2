import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ContainerProcess, ContainerTask } from './container-process.ts'

const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--root', '--wd']

/** Runs a command in a container that runs, with its variables, as its user; resolves to its exit code and output. */
export function executeIn(
  container: ContainerProcess,
  { user, group }: ContainerTask,
  command: readonly string[],
  timeoutMs: number,
): Promise<{ readonly code: number; readonly output: string }> {
  const pid = container.firstProcess
  if (pid === undefined) return Promise.resolve({ code: 1, output: 'container not running' })
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
  const environment = Object.fromEntries(
    variables.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const as = user === 'own' ? [] : [`--setuid=${user}`, `--setgid=${group}`]
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>()
  execFile(
    '/usr/bin/nsenter',
    ['--target', String(pid), ...namespaces, ...as, '--', ...command],
    { env: environment, timeout: timeoutMs, killSignal: 'SIGKILL' },
    (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      const isLate = error?.killed === true
      resolve({ code, output: isLate ? `command timed out after ${timeoutMs} ms` : `${stdout}${stderr}` })
    },
  )
  return promise
}
