import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ApiClient, type Access } from '../api-client.ts'
import { writeKubeconfig } from '../kubeconfig.ts'
import type { NodeSpec } from '../kubelet/node-object.ts'
import { makeScratchFolder } from '../scratch-folder.ts'
import { addresses } from '../network/addresses.ts'
import { Forward } from './door.ts'
import type { ClusterMessage, ClusterOptions, OrderMessage, Orders } from './messages.ts'

const execute = promisify(execFile)
const entry = join(import.meta.dirname, 'cluster-process.ts')
const toldCharacters = 4_000

/** A cluster with nodes that run Pods, seen from outside: its API server and its Services are ports of this machine's loopback. */
export class RunningCluster {
  readonly client: ApiClient
  /** For any Kubernetes client, as cluster administrator. */
  readonly kubeconfig: string
  readonly folder: string
  readonly #options: ClusterOptions
  readonly #child: ChildProcess
  readonly #forwards = new Map<string, Forward>()
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #lastId = 0

  private constructor(options: ClusterOptions, child: ChildProcess, access: Access, api: Forward) {
    this.#options = options
    this.#child = child
    this.folder = options.folder
    this.client = new ApiClient(access)
    this.kubeconfig = writeKubeconfig(options.folder, 'admin', access)
    this.#forwards.set('api', api)
    child.once('exit', () => {
      const reason = new Error(`the cluster's process ended:\n${this.log()}`)
      for (const waiting of this.#waiting.values()) waiting.reject(reason)
    })
    child.on('message', (message: ClusterMessage) => {
      if (message.type !== 'done') return
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (message.error === undefined) waiting?.resolve(message.result)
      else waiting?.reject(new Error(message.error))
    })
  }

  /** Starts one; `namespaces` is a command that gives a process namespaces of its own. */
  static async start(namespaces: readonly string[], options: Omit<ClusterOptions, 'folder'>): Promise<RunningCluster> {
    const folder = makeScratchFolder()
    const log = openSync(join(folder, 'cluster.log'), 'a')
    const [program = '', ...rest] = [...namespaces, process.execPath, '--disable-warning=ExperimentalWarning', entry]
    const child = spawn(program, rest, { stdio: ['ignore', log, log, 'ipc'] })
    closeSync(log)
    const whole = { ...options, folder }
    child.send(whole)
    try {
      const { port, caFile, token } = await ready(child, folder)
      const api = await Forward.open(folder, addresses.gateway, port)
      // The certificate names the host `localhost`.
      return new RunningCluster(whole, child, { url: `https://localhost:${api.port}`, caFile, token }, api)
    } catch (error) {
      await end(child, folder)
      throw error
    }
  }

  /** `host:port` on this machine that leads to an address or a name inside, such as `gateway.lab.svc`. */
  async forward(host: string, port: number): Promise<string> {
    const key = `${host}:${port}`
    const forward = this.#forwards.get(key) ?? (await Forward.open(this.folder, host, port))
    this.#forwards.set(key, forward)
    return `127.0.0.1:${forward.port}`
  }

  /** Orders a fault, or its end. */
  order<Name extends keyof Orders>(order: Name, ...args: Parameters<Orders[Name]>): ReturnType<Orders[Name]> {
    this.#lastId += 1
    const message: OrderMessage = { id: this.#lastId, order, args }
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(message.id, waiting)
    this.#child.send(message)
    return waiting.promise as ReturnType<Orders[Name]>
  }

  /** What is a node's disk: `hostPath` and volumes are below it. */
  disk(node: NodeSpec['name']): string {
    const folder = join(this.folder, 'nodes', node, 'disk')
    mkdirSync(folder, { recursive: true })
    return folder
  }

  /** Runs kubectl; resolves to its output, rejects with what it says. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const program = join(this.#options.binaries, 'kubectl')
    const { stdout } = await execute(program, ['--kubeconfig', this.kubeconfig, ...args], { maxBuffer: 64 << 20 })
    return stdout
  }

  /** The end of what the cluster's own process wrote. */
  log(): string {
    return logOf(this.folder)
  }

  /** Ends every process and removes the folder. */
  async stop(): Promise<void> {
    for (const forward of this.#forwards.values()) forward.close()
    await this.client.close()
    await end(this.#child, this.folder)
  }
}

function logOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'cluster.log'), 'utf8').slice(-toldCharacters)
  } catch {
    return 'its log is gone'
  }
}

/** Resolves to what the cluster's process says when it serves. */
function ready(child: ChildProcess, folder: string): Promise<Extract<ClusterMessage, { type: 'ready' }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<ClusterMessage, { type: 'ready' }>>()
  const fail = (reason: string) => {
    reject(new Error(`the cluster does not start: ${reason}\n${logOf(folder)}`))
  }
  child.once('error', (error) => fail(error.message))
  child.once('exit', (code, signal) => fail(`its process ended (${code ?? signal})`))
  child.on('message', (message: ClusterMessage) => {
    if (message.type === 'ready') resolve(message)
    if (message.type === 'failed') fail(message.message)
  })
  return promise
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = Promise.withResolvers<void>()
    child.once('exit', () => gone.resolve())
    child.kill('SIGKILL')
    await gone.promise
  }
  rmSync(folder, { recursive: true, force: true })
}
