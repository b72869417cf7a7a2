import type { PoolLoad, ReplicaCounts, ScalingDecision, ScalingSettings } from '../contract.ts'
import { decidePools } from '../decide-all.ts'
import { emptyMemory } from '../memory.ts'

/** Settings as a Fleet has them by default, with a replica that takes 8 requests. */
export const usualSettings: ScalingSettings = {
  min: 1,
  max: 10,
  queuePerReplica: 4,
  requestsPerReplica: 8,
  tokensPerReplica: null,
  kvCacheUse: 0.85,
  ttftMs: null,
  upAfterMs: 30_000,
  downAfterMs: 300_000,
  toZeroAfterMs: 900_000,
  gpusPerReplica: 0,
  staleAfterMs: 15_000,
}

/** A load with nothing special. */
export function loadOf(part: Partial<PoolLoad> = {}): PoolLoad {
  return {
    atMs: 0,
    isComplete: true,
    waiting: 0,
    inFlight: 0,
    arrivalsPerSecond: 0,
    tokensInFlight: null,
    ttftMs: null,
    kvCacheUse: null,
    ...part,
  }
}

/** What runs under the decisions: requests that want to be served at once, and replicas that take time to start. */
export interface Plant {
  readonly settings: ScalingSettings
  /** Requests under way or waiting, by time in milliseconds. */
  demand(nowMs: number): number
  /** Time from start until ready. */
  readonly startMs: number
  readonly gpus?: number
  readonly first: number
  /** Median time to first token by requests for each ready replica. */
  ttftMs?(requestsPerReplica: number): number
  /** Changes the reading, or takes it away. */
  seen?(load: PoolLoad, nowMs: number): PoolLoad | null
}

/** One decision and what there was. */
export interface Moment {
  readonly nowMs: number
  readonly decision: ScalingDecision
}

const intervalMs = 5_000

/** Runs a plant for so long, with a decision every 5 s. */
export function runPlant(plant: Plant, durationMs: number): readonly Moment[] {
  const { settings, startMs, gpus = null, first } = plant
  /** When each replica is ready. */
  let readyAt = Array.from({ length: first }, () => 0)
  let memory = emptyMemory
  const moments: Moment[] = []
  for (let nowMs = 0; nowMs <= durationMs; nowMs += intervalMs) {
    const ready = readyAt.filter((at) => at <= nowMs).length
    const replicas: ReplicaCounts = { ready, starting: readyAt.length - ready, draining: 0 }
    const demand = plant.demand(nowMs)
    const inFlight = Math.min(demand, ready * (settings.requestsPerReplica ?? 8))
    const seen = loadOf({
      atMs: nowMs,
      inFlight,
      waiting: demand - inFlight,
      arrivalsPerSecond: demand / 2,
      kvCacheUse: ready === 0 ? null : Math.min(1, inFlight / (ready * 12)),
      ttftMs: ready === 0 || demand === 0 ? null : (plant.ttftMs?.(demand / ready) ?? null),
    })
    const load = plant.seen === undefined ? seen : plant.seen(seen, nowMs)
    const [outcome] = decidePools([{ model: 'm', role: 'both', settings, memory, replicas, load }], gpus, nowMs)
    if (outcome === undefined) throw new Error('a pool without a decision')
    memory = outcome.memory
    const { decision } = outcome
    moments.push({ nowMs, decision })
    const more = decision.wanted - readyAt.length
    readyAt =
      more >= 0
        ? [...readyAt, ...Array.from({ length: more }, () => nowMs + startMs)]
        : readyAt.toSorted((one, other) => one - other).slice(0, decision.wanted)
  }
  return moments
}

/** The numbers of replicas that were wanted, without repetitions. */
export function steps(moments: readonly Moment[]): readonly number[] {
  return moments.map(({ decision }) => decision.wanted).filter((wanted, index, all) => wanted !== all[index - 1])
}
