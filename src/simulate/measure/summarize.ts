import type { Simulation, SimulationResult } from '../contract.ts'
import type { ScalingFigures } from '../scaling/contract.ts'
import type { Ledger } from './ledger.ts'
import { percentilesOf } from './percentiles.ts'

/** The figures of a simulation that has ended. */
export function summarize(
  simulation: Simulation,
  ledger: Ledger,
  others: Pick<SimulationResult, 'oracleHitTokens' | 'wallSeconds' | 'flow' | 'scaling'>,
): SimulationResult {
  const { workload, policy, slo } = simulation
  const { requests } = workload
  const ended = Int32Array.from(requests.keys()).filter((place) => !Number.isNaN(ledger.endedMs[place] ?? NaN))
  const figures = (figureOf: (place: number) => number) => percentilesOf(Float64Array.from(ended, figureOf))
  const kept = ended.filter((place) => ledger.ttftMs(place) <= slo.ttftMs && ledger.tpotMs(place) <= slo.tpotMs).length
  const outputTokens = ledger.outputTokens.reduce((sum, tokens) => sum + tokens, 0)
  const seconds = ledger.lastMs / 1000
  const work = [...ledger.work]
  const cost = costOf(simulation, others.scaling ?? fixedHours(simulation, seconds / 3600))
  const meanWork = work.reduce((sum, tokens) => sum + tokens, 0) / Math.max(1, work.length)
  return {
    policy,
    requests: requests.length,
    rejected: ledger.rejected,
    hitTokens: ledger.hitTokens.reduce((sum, tokens) => sum + tokens, 0),
    ...others,
    promptTokens: requests.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    outputTokens,
    outputTokensPerSecond: seconds === 0 ? 0 : outputTokens / seconds,
    goodput: requests.length === 0 ? 0 : kept / requests.length,
    ttftMs: figures((place) => ledger.ttftMs(place)),
    tpotMs: figures((place) => ledger.tpotMs(place)),
    e2eMs: figures((place) => ledger.e2eMs(place)),
    loadSpread: meanWork === 0 ? 1 : Math.max(...work) / meanWork,
    work,
    queue: { mean: ledger.lastMs === 0 ? 0 : ledger.waitingMs / ledger.lastMs, most: ledger.mostWaiting },
    preemptions: ledger.preemptions,
    costPerMillionTokens: outputTokens === 0 ? 0 : (cost * 1e6) / outputTokens,
    simulatedSeconds: seconds,
  }
}

type ReplicaHours = Pick<ScalingFigures, 'replicaHours' | 'prefillHours'>

const fixedHours = ({ replicas, prefillReplicas }: Simulation, hours: number): ReplicaHours => ({
  replicaHours: replicas * hours,
  prefillHours: prefillReplicas * hours,
})

function costOf({ engine, prefillEngine = engine }: Simulation, { replicaHours, prefillHours }: ReplicaHours): number {
  return engine.pricePerHour * (replicaHours - prefillHours) + prefillEngine.pricePerHour * prefillHours
}
