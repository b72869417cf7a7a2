import type { ReplicaState } from '../contract.ts'

/** What is looked at of a replica. */
export type ReportingReplica = Pick<ReplicaState, 'inFlight' | 'reported'>

/**
 * Requests waiting in an engine, and share of its KV cache in use, that make it saturated. The figures are those of llm-d
 * 0.8's utilization-detector, which scores a replica `max(queue/5, KV/0.8)`.
 */
const saturatedWaiting = 5
const saturatedKvCacheUsage = 0.8
/** Age up to which a report is believed, milliseconds: they come every `loadReportMs`, and one may be missed. */
const freshMs = 1_000
/** Age from which on it says nothing any more, milliseconds. */
const staleMs = 5_000

/**
 * How full a replica is as its engine says; 1 and more is saturated. For models whose queue goes by it (`flow.saturation`,
 * ADR 10).
 *
 * What an engine reports is late: a fresh report counts whole; from `freshMs` on it counts for less and less, and from
 * `staleMs` on not at all. So a report that stays away neither halts all traffic (llm-d takes a stale replica for
 * saturated: an outage of the scraping stops everything) nor holds a replica to what was true once. Requests that were
 * sent since the report was made are added to those that it says wait, once it says that some do: else everybody who
 * asks between two reports would find the same free replica.
 */
export function replicaSaturation({ inFlight, reported }: ReportingReplica): number {
  if (reported === null) return 0
  const { running, waiting, kvCacheUsage, ageMs } = reported
  const trust = Math.min(1, Math.max(0, (staleMs - ageMs) / (staleMs - freshMs)))
  if (trust === 0) return 0
  const sentSince = waiting > 0 ? Math.max(0, inFlight - running - waiting) : 0
  return trust * Math.max((waiting + sentSince) / saturatedWaiting, kvCacheUsage / saturatedKvCacheUsage)
}

/**
 * Requests that a replica may have in flight, by what its engine says: one while it is saturated, so that it is always seen
 * again how it does and nobody waits for a report that never comes; else `most`.
 * @param most requests that it may have at any time, 1 or more; Infinity where there is no limit
 */
export function limitBySaturation(replica: ReportingReplica, most: number): number {
  return replicaSaturation(replica) >= 1 ? 1 : most
}
