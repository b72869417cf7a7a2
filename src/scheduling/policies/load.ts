import type { Choosing, PolicySettings, ReplicaState } from '../contract.ts'
import { candidateAt } from './candidates.ts'

/** A report older than this says nothing of now: those of two turns are missing, where they come every 2 s. */
const staleMs = 5_000
/** Whatever engines report: this many times the mean in flight, and this many requests above it, is saturated. */
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

/** Whether its engine says that so much of a replica's KV cache is in use that what it holds is no reason to go there. */
export function isCacheFull({ reported }: ReplicaState, { saturation }: PolicySettings): boolean {
  // How old it is costs a look at a clock.
  return reported !== null && reported.kvCacheUsage > saturation && reported.ageMs <= staleMs
}

/** Whether some replica's cache is full, and not that of every candidate: only then there is a better one to go to. */
export function areSomeCachesFull(
  replicas: readonly ReplicaState[],
  choosing: Choosing,
  settings: PolicySettings,
): boolean {
  let isSomeFull = false
  let isSomeFree = false
  for (let place = 0; place < replicas.length && !(isSomeFull && isSomeFree); place += 1) {
    const replica = candidateAt(replicas, place, choosing)
    if (replica === null) continue
    if (isCacheFull(replica, settings)) isSomeFull = true
    else isSomeFree = true
  }
  return isSomeFull && isSomeFree
}

/** Whether a replica has so much to do that its cache is no reason to go there: as its engine says, or beside the others. */
export function isSaturated(replica: ReplicaState, mean: number, settings: PolicySettings): boolean {
  if (isCacheFull(replica, settings)) return true
  return replica.inFlight > overload * mean + overloadRequests
}
