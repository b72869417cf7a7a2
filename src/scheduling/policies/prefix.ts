import type { Choosing, Decision, Policy, PolicyKind, PolicySettings, ReplicaState, RequestShape } from '../contract.ts'
import { candidateAt, decide } from './candidates.ts'
import { areSomeCachesFull, isCacheFull } from './load.ts'

/** A replica may have this many times the mean work and still get a request for its cache alone. */
const spread = 1.1
/** The work of decoding one sequence, in tokens of prefill: what keeps replicas of long answers from gathering more. */
const tokensPerSequence = 512

const workOf = ({ inFlight, pendingPrefillTokens }: ReplicaState): number =>
  pendingPrefillTokens + inFlight * tokensPerSequence

/**
 * The replica that holds the most of a prompt among those that have not much more to do than the others and whose caches are
 * not full; where none holds any of it, the one with the least to do. Equals take turns.
 */
class Prefix implements Policy {
  readonly #settings: PolicySettings

  constructor(settings: PolicySettings) {
    this.#settings = settings
  }

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const { heldTokens, promptTokens } = request
    const count = replicas.length
    let available = 0
    let work = 0
    for (let place = 0; place < count; place += 1) {
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null) continue
      available += 1
      work += workOf(replica)
    }
    // Room for one whole prompt: at low load the mean is next to nothing, and says nothing.
    const most = (work / available) * spread + promptTokens + tokensPerSequence
    const isRoomAsked = areSomeCachesFull(replicas, choosing, this.#settings)
    const start = choosing.turn()
    let best = -1
    let bestHeld = -1
    let bestWork = Infinity
    let isBestFull = false
    let mostHeld = 0
    for (let step = 0, place = start % count; step < count; step += 1, place = place + 1 === count ? 0 : place + 1) {
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null) continue
      const its = workOf(replica)
      const all = heldTokens[place] ?? 0
      const isFull = isRoomAsked && isCacheFull(replica, this.#settings)
      const held = its > most || isFull ? 0 : all
      if (all > mostHeld) mostHeld = all
      const isLighter = its < bestWork || (its === bestWork && isBestFull && !isFull)
      if (held > bestHeld || (held === bestHeld && isLighter)) {
        best = place
        isBestFull = isFull
        bestHeld = held
        bestWork = its
      }
    }
    return decide(best, bestHeld < mostHeld ? 'prefix-overloaded' : bestHeld > 0 ? 'prefix' : 'new-prompt')
  }
}

export const prefix: PolicyKind = {
  name: 'prefix',
  summary: 'The longest prefix that was sent there before, among replicas with at most 1.1 times the mean work.',
  prefixes: 'approximate',
  source: 'SGLang cache_aware and llm-d approximate prefix scoring, with a bound on work in place of weights',
  create: (settings) => new Prefix(settings),
}

export const prefixExact: PolicyKind = {
  ...prefix,
  name: 'prefix-exact',
  summary: 'The longest prefix that the engine says it holds, among replicas with at most 1.1 times the mean work.',
  prefixes: 'exact',
  source: 'llm-d precise-prefix-cache-producer, with a bound on work in place of weights',
}
