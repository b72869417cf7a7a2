import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { candidateAt, cheapest, decide, requestsOf, shareOf } from './candidates.ts'
import { HashRing } from './hash-ring.ts'

/** A replica may have this many times its share of the requests in flight (KubeAI's `meanLoadPercentage`, 125). */
const meanFactor = 1.25
/** Points of the ring that are looked at for each replica before the least loaded is taken instead. */
const stepsPerReplica = 4

/** Prompts that begin alike go to one replica, as long as it has no more than its share. */
class ConsistentHash implements Policy {
  readonly #ring = new HashRing()

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    let shares = 0
    let inFlight = 0
    for (let place = 0; place < replicas.length; place += 1) {
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null) continue
      shares += shareOf(replica)
      inFlight += replica.inFlight
    }
    if (shares === 0) return decide(-1, 'hash')
    const ring = this.#ring
    ring.update(replicas)
    const most = ((inFlight + 1) / shares) * meanFactor
    const first = ring.find(request.prefixHash)
    const steps = Math.min(ring.size, replicas.length * stepsPerReplica)
    let owner = -1
    for (let step = 0; step < steps; step += 1) {
      const place = ring.placeAt(first + step)
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null) continue
      if (owner < 0) owner = place
      if (replica.inFlight <= most * shareOf(replica)) return decide(place, place === owner ? 'hash' : 'hash-overflow')
    }
    return decide(cheapest(request, replicas, choosing, 0, requestsOf), 'hash-overflow')
  }
}

export const consistentHash: PolicyKind = {
  name: 'consistent-hash',
  summary: 'Prompts that begin alike go to one replica, or to the next on the ring while it has 1.25 times its share.',
  prefixes: 'none',
  hashesPrompts: true,
  source: 'CHWBL, Mirrokni et al., 2016; KubeAI internal/loadbalancer/balance_chwbl.go',
  create: () => new ConsistentHash(),
}
