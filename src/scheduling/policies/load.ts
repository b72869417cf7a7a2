import type { Choosing, PolicySettings, ReplicaState } from '../contract.ts'
import { candidateAt } from './candidates.ts'

/** A report older than this says nothing of now: a hundred scrapes missed. */
const staleMs = 5_000
/** Where engines report nothing: this many times the mean in flight, and this many requests above it, is saturated. */
const overload = 1.5
const overloadRequests = 8

/** Requests in flight of the candidates, mean; 0 where there is none. */
export function meanInFlight(replicas: readonly ReplicaState[], choosing: Choosing): number {
  let count = 0
  let total = 0
  for (let place = 0; place < replicas.length; place += 1) {
    const replica = candidateAt(replicas, place, choosing)
    if (replica === null) continue
    count += 1
    total += replica.inFlight
  }
  return count === 0 ? 0 : total / count
}

/** Whether a replica has so much to do that its cache is no reason to go there: as its engine says, else beside the others. */
export function isSaturated(replica: ReplicaState, mean: number, { saturation }: PolicySettings): boolean {
  const { reported } = replica
  if (reported !== null && reported.ageMs <= staleMs) return reported.kvCacheUsage >= saturation
  return replica.inFlight > overload * mean + overloadRequests
}
