import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Simulation, SimulationResult, Workload } from '../../simulate/index.ts'
import type { FromThread, ToThread } from './thread-messages.ts'

/** Beside this file both in the source and in the build. */
const threadFile = new URL(`./simulation-thread${extname(import.meta.url)}`, import.meta.url)

/** A thread that simulates, one simulation at a time, until it is closed. */
export class SimulatorThread {
  readonly #worker = new Worker(threadFile, { name: 'simulation' })
  readonly #signal: AbortSignal
  #workload: Workload | null = null

  /** @param signal ends a simulation under way */
  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** Simulates. @throws what the simulation throws, and the signal's reason once it fires */
  async simulate(simulation: Simulation): Promise<SimulationResult> {
    this.#signal.throwIfAborted()
    const { workload, ...rest } = simulation
    const { promise, resolve, reject } = Promise.withResolvers<SimulationResult>()
    const onMessage = (message: FromThread) =>
      message.kind === 'result' ? resolve(message.result) : reject(message.error)
    const onExit = () => reject(new Error('the thread that simulates ended'))
    const onAbort = () => reject(this.#signal.reason)
    this.#worker.on('message', onMessage).on('error', reject).on('exit', onExit)
    this.#signal.addEventListener('abort', onAbort)
    this.#post({ simulation: rest, workload: workload === this.#workload ? null : workload })
    this.#workload = workload
    try {
      return await promise
    } finally {
      this.#worker.off('message', onMessage).off('error', reject).off('exit', onExit)
      this.#signal.removeEventListener('abort', onAbort)
    }
  }

  /** Ends the thread, whatever it does. */
  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #post(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(message)
  }
}
