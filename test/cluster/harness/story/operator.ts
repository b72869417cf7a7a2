import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { repository } from '../../../harness/world.ts'
import type { RunningCluster } from '../cluster/running-cluster.ts'

/** What a command came to. */
export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Somebody with a kubeconfig who runs `fairlead` of this checkout against a cluster. */
export class Operator {
  readonly #cluster: RunningCluster

  /** A key of the Fleet, for requests through its gateway. */
  readonly #key: string

  constructor(cluster: RunningCluster, key: string) {
    this.#cluster = cluster
    this.#key = key
  }

  /** Runs a command to its end, whatever it comes to. */
  run(...args: readonly string[]): Promise<CommandResult> {
    const { promise, resolve } = Promise.withResolvers<CommandResult>()
    const { kubeconfig, folder } = this.#cluster
    const { PATH = '' } = process.env
    const env = { PATH, HOME: folder, KUBECONFIG: kubeconfig, FAIRLEAD_API_KEY: this.#key }
    const words = [join(repository, 'bin', 'fairlead.js'), ...args]
    execFile(process.execPath, words, { cwd: folder, env, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, stdout, stderr })
    })
    return promise
  }

  /** Runs a command that must succeed; resolves to what it printed. */
  async fairlead(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args)
    if (code !== 0) throw new Error(`fairlead ${args.join(' ')} exited with ${code}\n${stdout}\n${stderr}`)
    return stdout
  }
}
