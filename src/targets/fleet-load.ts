import { histogramQuantile, sumHistograms, type LoadReport } from '../observe/report/index.ts'
import type { FleetLoad, ModelLoad, ReplicaStatus } from './contract.ts'

/** What a load report says of a replica, as a status has it. */
export type ReplicaLoad = Pick<ReplicaStatus, 'inFlight' | 'tokensPerSecond' | 'waiting' | 'kvCacheUse'>

/** Nothing is known of a replica. */
const unknown: ReplicaLoad = { inFlight: null, tokensPerSecond: null }

/** One replica as several gateways see it: each has requests of its own there, and all ask the same engine. */
export function replicaLoadOf(entries: readonly LoadReport['replicas'][number][]): ReplicaLoad {
  if (entries.length === 0) return unknown
  const told = entries.flatMap(({ reported }) => reported ?? [])
  const waiting = told.find((each) => each.waiting !== null)?.waiting ?? null
  const kvCacheUse = told.find(({ kvCacheUsage }) => kvCacheUsage !== null)?.kvCacheUsage ?? null
  return {
    inFlight: entries.reduce((sum, { inFlight }) => sum + inFlight, 0),
    tokensPerSecond: entries.reduce((sum, { tokensPerSecond }) => sum + tokensPerSecond, 0),
    ...(waiting === null ? {} : { waiting }),
    ...(kvCacheUse === null ? {} : { kvCacheUse }),
  }
}

/**
 * The load of models by what gateways report.
 * @param missing why a gateway told nothing, in one line
 */
export function fleetLoadOf(
  reports: readonly Pick<LoadReport, 'models' | 'queues'>[],
  missing: string | null,
): FleetLoad {
  const names = new Set(reports.flatMap(({ models }) => models.map(({ model }) => model)))
  return { models: [...names].map((model) => modelLoadOf(model, reports)), missing }
}

function modelLoadOf(model: string, reports: readonly Pick<LoadReport, 'models' | 'queues'>[]): ModelLoad {
  const queues = reports.flatMap((report) => report.queues.filter((queue) => queue.model === model))
  const counts = reports.flatMap((report) => report.models.filter((each) => each.model === model))
  const ttft = sumHistograms(counts.map((each) => each.ttft))
  return {
    model,
    queued: queues.reduce((sum, { length }) => sum + length, 0),
    ttftSeconds: histogramQuantile(ttft, 0.5),
    ttft,
  }
}
