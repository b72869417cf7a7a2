import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository, stop } from '../../harness/world.ts'

const watchdog = join(repository, 'src', 'engine-servers', 'watchdog.ts')
/** How long a component may take to end by itself. The API server finishes the requests that it has. */
const graceMs = 5_000
/** Of a log that a failure tells. */
const toldCharacters = 2_000

/** A process of the control plane. It ends with the process that started it, however that ends. */
export class Component {
  readonly name: string
  readonly #log: string
  readonly #child: ChildProcess

  constructor(binaries: string, folder: string, name: string, args: readonly string[]) {
    this.name = name
    this.#log = join(folder, `${name}.log`)
    const log = openSync(this.#log, 'a')
    const command = ['--grace-ms', String(graceMs), '--', join(binaries, name), ...args]
    this.#child = spawn(process.execPath, [watchdog, ...command], { stdio: ['ignore', log, log, 'ipc'] })
    closeSync(log)
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** The end of what it wrote. */
  log(): string {
    return readFileSync(this.#log, 'utf8').slice(-toldCharacters)
  }

  async stop(): Promise<void> {
    await stop(this.#child)
  }
}
