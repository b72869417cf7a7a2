import { policyNamed, type PolicyKind } from '../scheduling/index.ts'
import type { Simulation, SimulationResult } from './contract.ts'
import { FleetRun } from './fleet-run.ts'
import { flowFigures } from './flow/index.ts'
import { summarize } from './measure/index.ts'
import { oracleHitTokens } from './oracle.ts'
import { preparePrompts } from './prepare-prompts.ts'

/** What a simulation may be handed from outside. */
export interface SimulateOptions {
  /** Milliseconds of a clock, for `wallSeconds`, which is 0 without. */
  readonly clock?: () => number
  /** A policy that is not in the table. */
  readonly policy?: PolicyKind
}

/**
 * Runs a fleet over a workload with the scheduler's own code, event by event. The same simulation comes out the same.
 * @throws RangeError for figures that make no fleet, and for a policy that nobody knows
 */
export function simulate(simulation: Simulation, { clock, policy }: SimulateOptions = {}): SimulationResult {
  const started = clock?.() ?? 0
  const kind = policy ?? policyNamed(simulation.policy)
  if (kind === undefined) throw new RangeError(`there is no policy ${simulation.policy}`)
  check(simulation)
  const { workload, engine, prefillEngine = engine, replicas, prefillReplicas, flow } = simulation
  const prompts = preparePrompts(workload)
  const run = new FleetRun(simulation, kind, prompts)
  run.run()
  const { arrivedMs } = run.ledger
  const asArrived = [...prompts.keys()].toSorted((one, other) => (arrivedMs[one] ?? 0) - (arrivedMs[other] ?? 0))
  const oracle = oracleHitTokens(
    asArrived.flatMap((place) => prompts[place] ?? []),
    {
      capacityTokens:
        engine.kvCapacityTokens * (replicas - prefillReplicas) + prefillEngine.kvCapacityTokens * prefillReplicas,
      unitTokens: workload.blockTokens,
      blockTokens: engine.kvBlockTokens,
    },
  )
  const wallSeconds = ((clock?.() ?? 0) - started) / 1000
  return summarize(simulation, run.ledger, {
    oracleHitTokens: oracle,
    wallSeconds,
    scaling: run.scaling,
    flow: flow === undefined ? null : flowFigures(simulation, run.ledger, run.mostInLine),
  })
}

function check(simulation: Simulation): void {
  const { replicas, prefillReplicas, rate, workload, engine, prefillEngine, transferBitsPerSecond, flow } = simulation
  const { autoscale } = simulation
  if (!Number.isInteger(replicas) || replicas < 1) throw new RangeError('a simulation has 1 replica at least')
  if (!Number.isInteger(prefillReplicas) || prefillReplicas < 0 || prefillReplicas >= replicas) {
    throw new RangeError('prefill replicas are fewer than all: others have to decode')
  }
  if (prefillReplicas > 0 && !(transferBitsPerSecond > 0)) throw new RangeError('a split needs a link')
  if (prefillEngine !== undefined && prefillEngine.kvBlockTokens !== engine.kvBlockTokens) {
    throw new RangeError('replicas that prefill have blocks of as many tokens as those that decode')
  }
  if (autoscale !== undefined && autoscale.settings.max + (autoscale.prefill?.max ?? 0) !== replicas) {
    throw new RangeError('replicas that are scaled are as many at the most as there are')
  }
  if (flow !== undefined && !(flow.maxInFlight >= 1)) throw new RangeError('a replica takes on 1 request at least')
  if (workload.concurrency !== undefined && !(workload.concurrency >= 1)) {
    throw new RangeError('a load has 1 request under way at least')
  }
  const { gateways = 1, loadReportsMs = Infinity } = simulation
  if (!Number.isInteger(gateways) || gateways < 1) throw new RangeError('a simulation has 1 gateway at least')
  if (!(loadReportsMs > 0)) throw new RangeError('reports are some time apart')
  if (!(rate > 0)) throw new RangeError('the rate is above 0')
  if (workload.blockTokens % engine.kvBlockTokens !== 0) {
    throw new RangeError(
      `the workload's blocks of ${workload.blockTokens} tokens are not whole blocks of the engine's ${engine.kvBlockTokens}`,
    )
  }
}
