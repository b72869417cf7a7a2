import type { Simulation, SimulationResult } from '../contract.ts'
import type { Ledger } from './ledger.ts'
import { percentilesOf } from './percentiles.ts'

const at = (times: Float64Array, place: number): number => times[place] ?? NaN

/** The figures of a simulation that has ended. */
export function summarize(
  { workload, engine, replicas, policy, slo }: Simulation,
  ledger: Ledger,
  others: Pick<SimulationResult, 'oracleHitTokens' | 'wallSeconds'>,
): SimulationResult {
  const { requests } = workload
  const ended = Int32Array.from(requests.keys()).filter((place) => !Number.isNaN(ledger.endedMs[place] ?? NaN))
  const figures = (figureOf: (place: number) => number) => Float64Array.from(ended, figureOf)
  const ttft = (place: number) => at(ledger.firstTokenMs, place) - at(ledger.arrivedMs, place)
  const tpot = (place: number) => {
    const gaps = (requests[place]?.outputTokens ?? 1) - 1
    return gaps > 0 ? (at(ledger.endedMs, place) - at(ledger.firstTokenMs, place)) / gaps : 0
  }
  const kept = ended.reduce((sum, place) => sum + (ttft(place) <= slo.ttftMs && tpot(place) <= slo.tpotMs ? 1 : 0), 0)
  const outputTokens = ledger.outputTokens.reduce((sum, tokens) => sum + tokens, 0)
  const seconds = ledger.lastMs / 1000
  const work = [...ledger.work]
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
    ttftMs: percentilesOf(figures(ttft)),
    tpotMs: percentilesOf(figures(tpot)),
    e2eMs: percentilesOf(figures((place) => at(ledger.endedMs, place) - at(ledger.arrivedMs, place))),
    loadSpread: meanWork === 0 ? 1 : Math.max(...work) / meanWork,
    work,
    queue: { mean: ledger.lastMs === 0 ? 0 : ledger.waitingMs / ledger.lastMs, most: ledger.mostWaiting },
    preemptions: ledger.preemptions,
    costPerMillionTokens:
      outputTokens === 0 ? 0 : (engine.pricePerHour * replicas * (seconds / 3600) * 1e6) / outputTokens,
    simulatedSeconds: seconds,
  }
}
