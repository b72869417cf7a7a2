import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../../src/scheduling/index.ts'

/** Work above this many times the mean rules a replica out: the bound of row Q5. */
const mostOfMean = 1.1

/** What a router does that knows all caches and nothing of waiting: the yardstick for hits, which no gateway uses. */
class Greedy implements Policy {
  /** Uncached prompt tokens and answers' tokens of each replica since the beginning. */
  readonly #work: number[] = []

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const workOf = (place: number) => this.#work[place] ?? 0
    const places = [...replicas.keys()].filter(
      (place) => replicas[place]?.isAvailable === true && !choosing.isExcluded(place),
    )
    const mean = places.reduce((sum, place) => sum + workOf(place), 0) / places.length
    let best = -1
    for (const place of places) {
      if (workOf(place) > mostOfMean * mean) continue
      const more = (request.heldTokens[place] ?? 0) - (request.heldTokens[best] ?? -1)
      if (more > 0 || (more === 0 && workOf(place) < workOf(best))) best = place
    }
    return best < 0 ? { kind: 'none' } : { kind: 'replica', place: best, reason: 'prefix' }
  }

  sent({ promptTokens, heldTokens, expectedOutputTokens }: RequestShape, decision: Decision): void {
    if (decision.kind !== 'replica') return
    const { place } = decision
    const uncached = Math.max(0, promptTokens - (heldTokens[place] ?? 0))
    this.#work[place] = (this.#work[place] ?? 0) + uncached + expectedOutputTokens
  }
}

export const greedy: PolicyKind = {
  name: 'greedy',
  summary: 'The longest prefix that is held, among replicas with at most 1.1 times the mean of all work so far.',
  prefixes: 'exact',
  source: 'a yardstick for hits, in no Fleet',
  create: () => new Greedy(),
}
