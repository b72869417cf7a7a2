import { setImmediate } from 'node:timers/promises'
import { simulate, type Searching, type Simulation, type SimulationResult } from '../../simulate/index.ts'
import type { CommandContext } from '../command.ts'
import { createProgress } from '../progress/index.ts'
import { SimulatorThread } from './simulator-thread.ts'

/** Where nobody looks, it is said this often what is simulated. */
const sayEveryMs = 10_000
/** Requests, and tokens of their answers, that are simulated in less time than a thread takes to start (about a second). */
const fewRequests = 1000
const fewTokens = 1_000_000
/** The same of the time from the first to the last, in which gateways ask for loads and replicas are counted. */
const fewMs = 3_600_000

/** Runs simulations, one at a time, and tells how far it is. */
export interface Runner {
  /** Simulates, called `title` meanwhile. */
  run(simulation: Simulation, title: string): Promise<SimulationResult>
  /** Answers what a search asks until it knows. */
  search<Answer>(searching: Searching<Answer>, titleOf: (simulation: Simulation) => string): Promise<Answer>
  /** Ends the telling and whatever runs; `isDone` when all went well. */
  close(isDone: boolean): Promise<void>
}

/** A runner that tells on standard error. */
export function createRunner(context: CommandContext): Runner {
  const { output, signal } = context
  const progress = createProgress(output)
  const step = progress.step('Simulating')
  let thread: SimulatorThread | undefined
  let done = 0
  let saidAt = performance.now()
  const tell = (title: string) => {
    step.update(title)
    const isDue = performance.now() - saidAt > sayEveryMs
    if (!isDue || output.isTerminal) return
    saidAt = performance.now()
    output.note(`Simulating ${title}, after ${done} others …`)
  }
  const run: Runner['run'] = async (simulation, title) => {
    tell(title)
    const result = await (isShort(simulation)
      ? simulateHere(simulation, signal)
      : (thread ??= new SimulatorThread(signal)).simulate(simulation))
    done++
    return result
  }
  return {
    run,
    async search(searching, titleOf) {
      let asked = searching.next()
      while (asked.done !== true) asked = searching.next(await run(asked.value, titleOf(asked.value)))
      return asked.value
    },
    async close(isDone) {
      if (isDone) step.succeed(`Simulated ${done === 1 ? 'once' : `${done} times`}`)
      progress.close()
      await thread?.close()
    },
  }
}

/** Whether nobody waits for a simulation, so that no thread is started for it. */
const isShort = ({ workload: { requests }, rate }: Simulation): boolean =>
  requests.length <= fewRequests &&
  requests.reduce((sum, { outputTokens }) => sum + outputTokens, 0) <= fewTokens &&
  (requests.at(-1)?.atMs ?? 0) / rate <= fewMs

async function simulateHere(simulation: Simulation, signal: AbortSignal): Promise<SimulationResult> {
  // What is to be drawn or to stop gets its turn before it.
  await setImmediate()
  signal.throwIfAborted()
  return simulate(simulation, { clock: () => performance.now() })
}
