import type { Choosing, Decision, Policy, PolicyKind, ReplicaState, RequestShape } from '../contract.ts'
import { candidateAt, decide } from './candidates.ts'

const weights = { prefix: 3, queue: 2, kvCache: 2, noHitLru: 2 }
/** What the scorer of prompts that nobody knows gives a replica for a prompt that somebody does. */
const neutral = 0.5

/** An older report tells of another queue than the one that stands there now, and would send everybody to the same replica. */
const freshMs = 200

/** Whether every candidate's engine has reported just now; figures of two kinds are not compared. */
function haveReported(replicas: readonly ReplicaState[], choosing: Choosing): boolean {
  for (let place = 0; place < replicas.length; place += 1) {
    const replica = candidateAt(replicas, place, choosing)
    if (replica !== null && !(replica.reported !== null && replica.reported.ageMs <= freshMs)) return false
  }
  return true
}

/** A weighted sum of scores: the prefix held, the engine's queue and cache, and who got a new prompt last. */
class Blend implements Policy {
  /** When each replica last got a prompt that nobody held, as a count. */
  readonly #lastNew = new Map<string, number>()
  #news = 0

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const count = replicas.length
    let fewest = Infinity
    let most = -Infinity
    let mostHeld = 0
    let oldest = Infinity
    const isReported = haveReported(replicas, choosing)
    const waitingOf = ({ reported, inFlight }: ReplicaState): number =>
      isReported ? (reported?.waiting ?? inFlight) : inFlight
    const usageOf = ({ reported }: ReplicaState): number => (isReported ? (reported?.kvCacheUsage ?? 0) : 0)
    for (let place = 0; place < count; place += 1) {
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null) continue
      const waiting = waitingOf(replica)
      if (waiting < fewest) fewest = waiting
      if (waiting > most) most = waiting
      const held = request.heldTokens[place] ?? 0
      if (held > mostHeld) mostHeld = held
      const last = this.#lastNew.get(replica.name) ?? 0
      if (last < oldest) oldest = last
    }
    const isNew = mostHeld === 0
    const start = choosing.turn()
    let best = -1
    let bestScore = -Infinity
    for (let step = 0, place = start % count; step < count; step += 1, place = place + 1 === count ? 0 : place + 1) {
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null) continue
      const queue = most === fewest ? 1 : (most - waitingOf(replica)) / (most - fewest)
      const age = this.#news - (this.#lastNew.get(replica.name) ?? 0)
      const lru = isNew ? (this.#news === oldest ? 1 : age / (this.#news - oldest)) : neutral
      const score =
        (weights.prefix * (request.heldTokens[place] ?? 0)) / Math.max(1, request.promptTokens) +
        weights.queue * queue +
        weights.kvCache * (1 - usageOf(replica)) +
        weights.noHitLru * lru
      if (score > bestScore) {
        best = place
        bestScore = score
      }
    }
    const held = request.heldTokens[best] ?? 0
    return decide(best, isNew ? 'new-prompt' : held === mostHeld ? 'prefix' : 'prefix-overloaded')
  }

  sent(_request: RequestShape, decision: Decision, replicas: readonly ReplicaState[]): void {
    if (decision.kind !== 'replica' || decision.reason !== 'new-prompt') return
    const replica = replicas[decision.place]
    if (replica === undefined) return
    this.#news += 1
    this.#lastNew.set(replica.name, this.#news)
    if (this.#lastNew.size <= 2 * replicas.length) return
    const names = new Set(replicas.map(({ name }) => name))
    for (const name of this.#lastNew.keys()) if (!names.has(name)) this.#lastNew.delete(name)
  }
}

export const blend: PolicyKind = {
  name: 'blend',
  summary: 'A weighted sum: prefix held 3, short queue 2, free KV cache 2, longest without a new prompt 2.',
  prefixes: 'approximate',
  source: 'llm-d-router default scorers before 2026-08: prefix-cache, queue, kv-cache-utilization, no-hit-lru',
  create: () => new Blend(),
}

export const blendExact: PolicyKind = {
  ...blend,
  name: 'blend-exact',
  summary: 'The same weighted sum, by what engines say that they hold.',
  prefixes: 'exact',
  source: 'llm-d-router before 2026-08 with precise-prefix-cache-producer',
}
