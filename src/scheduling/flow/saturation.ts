import type { ReplicaState } from '../contract.ts'

/**
 * When a replica has as much to do as is good. The figures are those of llm-d 0.8's utilization-detector, which scores
 * a replica `max(queue/5, KV/0.8)`: 5 requests that wait in the engine, or 0.8 of its KV cache.
 */
export interface SaturationSettings {
  /** Requests waiting in the engine that make it saturated. */
  readonly waiting: number
  /** Share of the KV cache in use that makes it saturated, above 0 to 1. */
  readonly kvCacheUsage: number
  /** Requests that a replica may have in flight; Infinity where there is no limit. */
  readonly maxInFlight: number
  /** Age up to which a report is believed, milliseconds. */
  readonly freshMs: number
  /** Age from which on it says nothing any more, milliseconds. */
  readonly staleMs: number
}

/** Reports come every few hundred milliseconds; a handful may be missed. */
export const defaultSaturation: SaturationSettings = {
  waiting: 5,
  kvCacheUsage: 0.8,
  maxInFlight: Infinity,
  freshMs: 1_000,
  staleMs: 5_000,
}

/**
 * How full a replica is; 1 and more is saturated. For who dispatches by what engines report; the gateway's queue goes by what
 * is in flight (ADR 10).
 *
 * Two things are known of it. What was sent to it and has not ended is counted here, always true, and compared with its
 * limit. What its engine reports is late: a fresh report counts whole; from `freshMs` on it counts for less and less,
 * and from `staleMs` on not at all. So a report that stays away neither halts all traffic (llm-d takes a stale replica
 * for saturated: an outage of the scraping stops everything) nor holds a replica to what was true once. Requests that
 * were sent since the report was made are added to those that it says wait, once it says that some do: else everybody
 * who asks between two reports would find the same free replica.
 */
export function replicaSaturation(replica: ReplicaState, settings: SaturationSettings): number {
  const { inFlight, reported } = replica
  const counted = inFlight / settings.maxInFlight
  if (reported === null) return counted
  const { freshMs, staleMs } = settings
  const { running, waiting, kvCacheUsage, ageMs } = reported
  const trust = Math.min(1, Math.max(0, (staleMs - ageMs) / Math.max(1, staleMs - freshMs)))
  if (trust === 0) return counted
  const sentSince = waiting > 0 ? Math.max(0, inFlight - running - waiting) : 0
  const told = Math.max((waiting + sentSince) / settings.waiting, kvCacheUsage / settings.kvCacheUsage)
  return Math.max(counted, told * trust)
}

/**
 * How full a model is: as its least full replica that may get requests; Infinity where there is none. (llm-d takes the
 * mean, which stops a replica with nothing to do as long as others have too much.)
 */
export function modelSaturation(replicas: readonly ReplicaState[], settings: SaturationSettings): number {
  let least = Infinity
  for (const replica of replicas) {
    if (replica.isAvailable) least = Math.min(least, replicaSaturation(replica, settings))
  }
  return least
}
