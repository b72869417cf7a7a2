import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A folder or file of this machine at a place in a container. */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly isReadOnly: boolean
}

/** All that it takes to start a container. */
export interface ContainerTask {
  /** Put before the command: the Pod's sandbox. */
  readonly enter: readonly string[]
  /** The container's own, for its root and its list of mounts. */
  readonly folder: string
  readonly logFile: string
  readonly command: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  readonly workingFolder: string
  readonly mounts: readonly Mount[]
  /** `own` where there are no other users. */
  readonly user: number | 'own'
  readonly group: number
  readonly groups: readonly number[]
  readonly isRootReadOnly: boolean
}

/** How a container ended. */
export interface ContainerEnd {
  /** Of the process; 128 + number of the signal that ended it. */
  readonly exitCode: number
  readonly signal: NodeJS.Signals | null
}

const script = join(import.meta.dirname, 'enter-container.sh')
const signalNumbers: Readonly<Record<string, number>> = {
  SIGTERM: 15,
  SIGKILL: 9,
  SIGINT: 2,
  SIGHUP: 1,
  SIGSEGV: 11,
  SIGABRT: 6,
}
/** What `sh` and `env` say of a command that is not there. */
export const commandNotFound = 127

/** A container as a process with mounts and processes of its own, in its Pod's network. When its first process ends, all end. */
export class ContainerProcess {
  readonly ended: Promise<ContainerEnd>
  readonly startedAt = new Date()
  readonly #child: ChildProcess

  constructor(task: ContainerTask) {
    const root = join(task.folder, 'root')
    const mounts = join(task.folder, 'mounts')
    mkdirSync(root, { recursive: true })
    const lines = task.mounts.map(
      ({ source, target, isReadOnly }) => `${source}\t${target}\t${isReadOnly ? 'ro' : 'rw'}\n`,
    )
    writeFileSync(mounts, lines.join(''))
    const own = ['/usr/bin/unshare', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '/bin/sh', script]
    const { user, group, groups, isRootReadOnly, workingFolder } = task
    const place = [root, mounts, user, group, groups.join(','), isRootReadOnly, workingFolder].map(String)
    const [program = '', ...rest] = [...task.enter, ...own, ...place, ...task.command]
    const log = openSync(task.logFile, 'a')
    const environment = Object.fromEntries(task.environment)
    this.#child = spawn(program, rest, { stdio: ['ignore', log, log], env: environment })
    closeSync(log)
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('exit', (code, signal) =>
        resolve({ exitCode: code ?? 128 + (signalNumbers[signal ?? ''] ?? 0), signal }),
      )
    })
  }

  /** The first process of the container; undefined before it has one, and after it ended. */
  get firstProcess(): number | undefined {
    const { pid } = this.#child
    try {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
      return children === '' ? undefined : Number(children.split(' ')[0])
    } catch {
      return undefined
    }
  }

  /** Signals the first process, as a container runtime does. */
  signal(signal: NodeJS.Signals): void {
    const pid = this.firstProcess
    if (signal === 'SIGKILL') this.#child.kill('SIGKILL')
    if (pid === undefined) return
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended.
    }
  }
}
