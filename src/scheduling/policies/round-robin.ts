import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { candidateAt, decide, shareOf } from './candidates.ts'

/** One after another, as often as its weight says. */
class RoundRobin implements Policy {
  /** What each place is owed, in requests. */
  #owed = new Float64Array(0)

  choose(_request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    if (this.#owed.length !== replicas.length) this.#owed = new Float64Array(replicas.length)
    const owed = this.#owed
    let total = 0
    let best = -1
    for (let place = 0; place < replicas.length; place += 1) {
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null) continue
      const share = shareOf(replica)
      total += share
      owed[place] = (owed[place] ?? 0) + share
      if (best < 0 || (owed[place] ?? 0) > (owed[best] ?? 0)) best = place
    }
    if (best >= 0) owed[best] = (owed[best] ?? 0) - total
    return decide(best, 'turn')
  }
}

export const roundRobin: PolicyKind = {
  name: 'round-robin',
  summary: 'One replica after another, whatever they are doing.',
  prefixes: 'none',
  source: 'smooth weighted round-robin, nginx src/http/ngx_http_upstream_round_robin.c',
  create: () => new RoundRobin(),
}
