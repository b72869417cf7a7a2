import type { Choosing, ChoiceReason, Decision, ReplicaState, RequestShape } from '../contract.ts'

const nobody: Decision = { kind: 'none' }

/** The decision for a place; -1 stands for nobody. */
export function decide(place: number, reason: ChoiceReason): Decision {
  return place < 0 ? nobody : { kind: 'replica', place, reason }
}

/** The replica at a place when it may get this request; null otherwise. Whatever a policy weighs, it asks here first. */
export function candidateAt(replicas: readonly ReplicaState[], place: number, choosing: Choosing): ReplicaState | null {
  const replica = replicas[place]
  return replica === undefined || !replica.isAvailable || choosing.isExcluded(place) ? null : replica
}

/** The share of a replica of no weight: it is left for when there is no other. */
const leastShare = 1e-6

/** A replica's share of the requests: never 0, so that dividing by it is safe. */
export const shareOf = ({ weight }: ReplicaState): number => (weight > leastShare ? weight : leastShare)

/** Requests in flight with one more, for a replica's share. */
export const requestsOf = (replica: ReplicaState): number => (replica.inFlight + 1) / shareOf(replica)

/** What a replica costs a request; lower is better. */
export type CostOf = (replica: ReplicaState, place: number, request: RequestShape) => number

/**
 * The candidate of the lowest cost, or -1. Equals are told apart by who comes first from `start` on.
 */
export function cheapest(
  request: RequestShape,
  replicas: readonly ReplicaState[],
  choosing: Choosing,
  start: number,
  costOf: CostOf,
): number {
  const count = replicas.length
  let best = -1
  let bestCost = Infinity
  for (let step = 0, place = start % count; step < count; step += 1, place = place + 1 === count ? 0 : place + 1) {
    const replica = candidateAt(replicas, place, choosing)
    if (replica === null) continue
    const cost = costOf(replica, place, request)
    if (cost < bestCost) {
      best = place
      bestCost = cost
    }
  }
  return best
}
