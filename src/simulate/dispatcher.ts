import {
  LearnedSizes,
  SplitBenefit,
  SplittingPolicy,
  Turns,
  type Choosing,
  type Decision,
  type Policy,
  type RequestSizes,
  type RequestShape,
  type SentState,
} from '../scheduling/index.ts'
import type { WorkloadRequest } from './contract.ts'
import type { PrefixKnowledge } from './knowledge/index.ts'
import type { Prompt } from './prepare-prompts.ts'
import type { Replica } from './replica.ts'
import type { ReplicaView } from './replica-view.ts'

/**
 * Tokens that consistent hashing looks at behind what all prompts begin with: the gateway hashes a block of about 64, KubeAI
 * 100 characters of what the user says first.
 */
const hashedTokens = 64

/** Where a request goes, as it is carried out. */
export interface Route {
  /** Who computes the prompt; null where the replica that answers does. */
  readonly prefill: Replica | null
  readonly replica: Replica
  /** What was counted for it, to be taken back. */
  readonly pendingPrefillTokens: number
  readonly inFlightTokens: number
  /** Tokens of the prompt that the replica which answers was not taken to hold. */
  readonly lackedTokens: number
  readonly decision: Decision
  readonly sent: SentState
}

/** What a dispatcher works with. */
export interface DispatcherParts {
  readonly policy: Policy
  /** Whether the policy is told which session a request belongs to. */
  readonly knowsSessions: boolean
  /** From which prompt on it is split as long as nothing is learned; null where no replica only prefills. */
  readonly minSplitTokens: number | null
  readonly knowledge: PrefixKnowledge
  readonly replicas: readonly ReplicaView[]
  /** Learns what its requests are like. */
  readonly sizes: RequestSizes
  readonly unitTokens: number
  /** Units that all prompts begin with. */
  readonly commonUnits: number
  random(): number
}

/** A gateway's scheduler: asks the policy, and counts what is under way as the gateway does. */
export class Dispatcher {
  readonly #parts: DispatcherParts
  readonly #policy: Policy
  readonly #benefit: SplitBenefit | null
  readonly #held: Int32Array
  readonly #choosing: Choosing & { nowMs: number }
  readonly #learned = new LearnedSizes()

  constructor(parts: DispatcherParts) {
    this.#parts = parts
    this.#benefit = parts.minSplitTokens === null ? null : new SplitBenefit(parts.minSplitTokens)
    this.#policy = this.#benefit === null ? parts.policy : new SplittingPolicy(parts.policy, this.#benefit)
    this.#held = new Int32Array(parts.replicas.length)
    const turns = new Turns(parts.random)
    this.#choosing = { nowMs: 0, random: parts.random, turn: () => turns.next(), isExcluded: () => false }
  }

  /** Decides and counts; null where no replica may get the request now. */
  dispatch(request: WorkloadRequest, prompt: Prompt, nowMs: number): Route | null {
    const { knowledge, replicas } = this.#parts
    const policy = this.#policy
    const choosing = this.#choosing
    choosing.nowMs = nowMs
    for (const { replica } of replicas) replica.age(nowMs)
    knowledge.match(prompt, this.#held)
    const shape = this.#shapeOf(request, prompt)
    const decision = policy.choose(shape, replicas, choosing)
    if (decision.kind === 'none') return null
    policy.sent?.(shape, decision, replicas, choosing)
    const route = this.#routeOf(shape, decision)
    this.#count(route, shape)
    if (route.prefill !== null) knowledge.sent(prompt, route.prefill.place)
    knowledge.sent(prompt, route.replica.place)
    return route
  }

  /** A prefill replica has done its part. */
  prefilled({ prefill, pendingPrefillTokens }: Route, prompt: Prompt): void {
    if (prefill === null) return
    const view = this.#viewAt(prefill.place)
    view.ownRequests -= 1
    view.ownPrefillTokens -= pendingPrefillTokens
    view.ownTokens -= prompt.tokens
    this.#parts.knowledge.computed(prompt, prefill.place)
  }

  /** The first token has come, so long after sending; or none will come any more. */
  begun({ prefill, replica, pendingPrefillTokens, lackedTokens }: Route, prompt: Prompt, ttftMs?: number): void {
    if (prefill === null) this.#viewAt(replica.place).ownPrefillTokens -= pendingPrefillTokens
    this.#parts.knowledge.computed(prompt, replica.place)
    if (ttftMs === undefined || lackedTokens <= 0) return
    this.#benefit?.observe(prefill === null ? 'whole' : 'split', lackedTokens, ttftMs)
  }

  /** The answer is complete. */
  ended(
    route: Route,
    outcome: {
      readonly promptTokens: number
      readonly cachedTokens: number
      readonly outputTokens: number
      readonly ttftMs: number
      readonly tpotMs: number
    },
  ): void {
    this.gone(route)
    this.#learned.outputTokens.learn(outcome.outputTokens)
    this.#policy.answered?.({ place: route.replica.place, ...outcome, sent: route.sent }, this.#parts.replicas)
  }

  /** The request is not under way any more. */
  gone({ replica, inFlightTokens }: Route): void {
    const view = this.#viewAt(replica.place)
    view.ownRequests -= 1
    view.ownTokens -= inFlightTokens
  }

  /** Tokens that an answer has, as the last ones had. */
  get expectedOutputTokens(): number {
    return this.#learned.outputTokens.value
  }

  #shapeOf({ session, tenant, priority }: WorkloadRequest, { units, tokens }: Prompt): RequestShape {
    const { commonUnits, unitTokens, knowsSessions } = this.#parts
    const hashed = Math.min(units.length, commonUnits + Math.max(1, Math.floor(hashedTokens / unitTokens)))
    return {
      model: 'model',
      adapter: null,
      session: knowsSessions ? session : null,
      tenant,
      priority,
      deadlineMs: null,
      promptTokens: tokens,
      heldTokens: this.#held,
      // A unit's number stands for all before it too.
      prefixHash: Math.imul(units[hashed - 1] ?? 0, 0x9e3779b1) >>> 0,
      expectedOutputTokens: this.expectedOutputTokens,
    }
  }

  #routeOf(shape: RequestShape, decision: Exclude<Decision, { readonly kind: 'none' }>): Route {
    const prefill = decision.kind === 'pair' ? this.#viewAt(decision.prefill).replica : null
    const { replica } = this.#viewAt(decision.kind === 'pair' ? decision.decode : decision.place)
    const computing = this.#viewAt((prefill ?? replica).place)
    const uncachedTokens = shape.promptTokens - (this.#held[computing.replica.place] ?? 0)
    const { inFlight, pendingPrefillTokens, inFlightTokens } = computing
    return {
      prefill,
      replica,
      pendingPrefillTokens: uncachedTokens,
      inFlightTokens: Math.ceil(shape.promptTokens + shape.expectedOutputTokens),
      lackedTokens: shape.promptTokens - (this.#held[replica.place] ?? 0),
      decision,
      sent: { inFlight, pendingPrefillTokens, inFlightTokens, uncachedTokens },
    }
  }

  #count({ prefill, replica, pendingPrefillTokens, inFlightTokens }: Route, shape: RequestShape): void {
    this.#parts.sizes.sent(shape.promptTokens, pendingPrefillTokens, shape.expectedOutputTokens)
    const answering = this.#viewAt(replica.place)
    answering.ownRequests += 1
    answering.ownTokens += inFlightTokens
    if (prefill === null) {
      answering.ownPrefillTokens += pendingPrefillTokens
      return
    }
    const computing = this.#viewAt(prefill.place)
    computing.ownRequests += 1
    computing.ownPrefillTokens += pendingPrefillTokens
    computing.ownTokens += shape.promptTokens
  }

  #viewAt(place: number): ReplicaView {
    const view = this.#parts.replicas[place]
    if (view === undefined) throw new Error(`the policy chose replica ${place}, which is not there`)
    return view
  }
}
