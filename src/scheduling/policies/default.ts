import type {
  Choosing,
  Decision,
  Outcome,
  Policy,
  PolicyKind,
  PolicySettings,
  ReplicaState,
  RequestShape,
} from '../contract.ts'
import { CostModel } from '../cost-model.ts'
import { candidateAt, decide, shareOf } from './candidates.ts'
import { interference, patience } from './predicted.ts'
import { RecentWork } from './recent-work.ts'
import { Sessions } from './session.ts'

/** What computing a token costs beyond the wait for it: it pushes another out of a cache, and is not there next time. */
const recomputing = 6
/** Bounds of what a token in flight costs, in tokens of prefill; the cost model says where between. */
const leastContext = 0.05
const mostContext = 0.2
/** What twice the mean of recent work costs, in prompts; what less than the mean gains, at the most. */
const evening = 12
const mostEvening = 1
const mostGain = 0.125
/** Prompts of work that are as good as none: beginnings say nothing about who is behind. */
const calmPrompts = 10
/** Loading an adapter, in tokens of prefill: about half a second of an 8B model. */
const adapterTokens = 16_384
/** How fast the mean prompt follows. */
const promptMemory = 0.02

/**
 * Where a request costs the least in all: its own wait, the answers that it holds up, and the caches that it overwrites.
 * In tokens of prefill, of a request of `p` tokens of which `u` are not held, at a replica with `n` requests, `w` tokens of
 * prefill and `t` tokens in flight: `w + b × n + u × (1 + 6 + n / 4) + a × t × (1 + t / (mean of t + p))`, with `a` and `b`
 * from the cost model (`b` is small, but where an engine has few places in its batch); and a little for replicas that had more than the others lately. Nothing is cut off: a prefix that everybody asks for
 * spreads as soon as a second copy costs less than what waits at the first. How full an engine's cache is does not count: who
 * is sent elsewhere for that makes one more copy there, and all caches fill with the same.
 */
class Default implements Policy {
  readonly #model = new CostModel()
  readonly #sessions: Sessions
  readonly #work = new RecentWork()
  #meanPrompt = 0
  // What the choice at hand has found out: who may get the request, and what each of them has, by its place.
  #candidates = 0
  #places = new Int32Array(8)
  #perShare = new Float64Array(8)
  #inFlight = new Float64Array(8)
  #inFlightTokens = new Float64Array(8)
  #pendingTokens = new Float64Array(8)
  #meanInFlight = 0
  #mostHeld = 0

  constructor(settings: PolicySettings) {
    this.#sessions = new Sessions(settings)
  }

  choose(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): Decision {
    const kept = this.#sessions.find(request, replicas, choosing)
    if (kept >= 0) return decide(kept, 'session')
    this.#work.update(replicas, choosing.nowMs)
    this.#survey(request, replicas, choosing)
    const best = this.#cheapest(request, replicas, choosing)
    if (this.#candidates < 2) return decide(best, 'only-one')
    if (this.#mostHeld === 0) return decide(best, 'new-prompt')
    return decide(best, request.heldTokens[best] === this.#mostHeld ? 'prefix' : 'prefix-overloaded')
  }

  sent(request: RequestShape, decision: Decision, replicas: readonly ReplicaState[], choosing: Choosing): void {
    this.#sessions.sent(request, decision, replicas, choosing)
    if (decision.kind === 'none') return
    const { promptTokens, expectedOutputTokens } = request
    this.#work.update(replicas, choosing.nowMs)
    this.#meanPrompt += (promptTokens - this.#meanPrompt) * (this.#meanPrompt === 0 ? 1 : promptMemory)
    if (decision.kind === 'pair') {
      this.#work.add(replicas, decision.prefill, this.#uncached(request, decision.prefill))
      this.#work.add(replicas, decision.decode, expectedOutputTokens)
    } else this.#work.add(replicas, decision.place, this.#uncached(request, decision.place) + expectedOutputTokens)
  }

  answered(outcome: Outcome): void {
    this.#model.learn(outcome)
  }

  #uncached({ promptTokens, heldTokens }: RequestShape, place: number): number {
    return Math.max(0, promptTokens - (heldTokens[place] ?? 0))
  }

  /**
   * Who there is, and what they have, for a replica's share. All that is known of a replica is read here, one replica after the
   * other: among a thousand, most of it is in no cache of the processor.
   */
  #survey({ heldTokens }: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): void {
    if (this.#places.length < replicas.length) this.#makeRoom(2 * replicas.length)
    const places = this.#places
    let candidates = 0
    let tokens = 0
    let mostHeld = 0
    for (let place = 0; place < replicas.length; place += 1) {
      const replica = candidateAt(replicas, place, choosing)
      if (replica === null) continue
      const perShare = 1 / shareOf(replica)
      const inFlightTokens = replica.inFlightTokens * perShare
      places[candidates] = place
      this.#perShare[candidates] = perShare
      this.#inFlight[candidates] = replica.inFlight * perShare
      this.#inFlightTokens[candidates] = inFlightTokens
      this.#pendingTokens[candidates] = replica.pendingPrefillTokens * perShare
      candidates += 1
      tokens += inFlightTokens
      const held = heldTokens[place] ?? 0
      if (held > mostHeld) mostHeld = held
    }
    this.#candidates = candidates
    this.#meanInFlight = tokens / Math.max(1, candidates)
    this.#mostHeld = mostHeld
  }

  #makeRoom(replicas: number): void {
    this.#places = new Int32Array(replicas)
    this.#perShare = new Float64Array(replicas)
    this.#inFlight = new Float64Array(replicas)
    this.#inFlightTokens = new Float64Array(replicas)
    this.#pendingTokens = new Float64Array(replicas)
  }

  #cheapest(request: RequestShape, replicas: readonly ReplicaState[], choosing: Choosing): number {
    const { adapter, heldTokens, promptTokens } = request
    const work = this.#work
    const meanWork = work.mean
    const context = this.#contextCost()
    const perRequest = this.#model.requestMs / this.#model.prefillMs
    const perUsual = 1 / (this.#meanInFlight + promptTokens + 1)
    const prompt = Math.max(1, this.#meanPrompt)
    const perCalm = 1 / (meanWork + calmPrompts * prompt)
    const start = choosing.turn() % replicas.length
    let best = -1
    let bestCost = Infinity
    for (let candidate = 0; candidate < this.#candidates; candidate += 1) {
      const place = this.#places[candidate] ?? 0
      const perShare = this.#perShare[candidate] ?? 1
      const uncached = Math.max(0, promptTokens - (heldTokens[place] ?? 0))
      const inFlightTokens = this.#inFlightTokens[candidate] ?? 0
      const inFlight = this.#inFlight[candidate] ?? 0
      const ahead = Math.min(mostEvening, Math.max(-mostGain, (work.of(place) * perShare - meanWork) * perCalm))
      let cost =
        (this.#pendingTokens[candidate] ?? 0) +
        uncached * perShare +
        uncached * (recomputing + interference * inFlight) +
        perRequest * inFlight +
        context * inFlightTokens * (1 + inFlightTokens * perUsual) +
        evening * prompt * ahead
      if (adapter !== null && replicas[place]?.adapters.has(adapter) !== true) cost += adapterTokens
      // Of equals, who comes first from `start` on.
      if (cost < bestCost || (cost === bestCost && best < start && place >= start)) {
        best = place
        bestCost = cost
      }
    }
    return best
  }

  /** A token in flight is read again at each step: what that is worth, in tokens of prefill. */
  #contextCost(): number {
    const { contextMs, prefillMs } = this.#model
    return Math.min(mostContext, Math.max(leastContext, (patience * contextMs) / prefillMs))
  }
}

const create = (settings: PolicySettings): Policy => new Default(settings)

export const standard: PolicyKind = {
  name: 'default',
  summary: 'The least cost in all: the wait, the answers held up, the caches overwritten; sessions and adapters kept.',
  prefixes: 'approximate',
  keepsSessions: true,
  source: 'docs/scheduling.md',
  create,
}

export const standardExact: PolicyKind = {
  ...standard,
  name: 'default-exact',
  summary: 'The same, by what engines say that they hold.',
  prefixes: 'exact',
}
