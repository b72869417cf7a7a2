import { hash } from 'node:crypto'
import type { RoutingPolicy } from '../../fleet/index.ts'
import {
  keepingSessions,
  policyOfFleet,
  RequestSizes,
  seedOf,
  Turns,
  type ChoiceReason,
  type Choosing,
  type Policy,
  type PolicySettings,
  type RequestShape,
  type SentState,
  type Hashes,
} from '../../scheduling/index.ts'
import type { ExactPrompts, ExactReading, Prediction } from './exact-prompts.ts'
import { areComputing, expectHoldings } from './expected-holdings.ts'
import { ownText } from './own-text.ts'
import { PrefixRouter, type RoutedPrompt } from './prefix-router.ts'
import { blockTokens, bytesPerToken, type ReplicaHandle } from './replica-handle.ts'
import {
  mostCharacters,
  sharing,
  type AnsweredRequest,
  type SentRequest,
  type SentRequestListener,
} from './sent-requests.ts'

/** What is known of a request when its replica is chosen. */
export interface RoutedRequest {
  /** Blocks of its prompt; null for a short one, or none to see. */
  readonly blocks: RoutedPrompt | null
  /** The prompt as its engine has it; null where what engines hold is not known. */
  readonly exact: ExactReading | null
  /** The LoRA adapter that it asks for; null for the model itself. */
  readonly adapter: string | null
  /** A hash of its prompt's beginning; 0 where there is none to see, or the policy looks at none. */
  readonly prefixHash: number
  /** Bytes of its prompt; 0 where there is none to see. */
  readonly promptBytes: number
  /** What names its session; null where it has none, or sessions do not stay. */
  readonly session: string | null
  /** Tokens that the model's answers have in the mean. */
  readonly expectedOutputTokens: number
  isExcluded(replica: ReplicaHandle): boolean
}

/** Who was chosen, and why. */
export interface RoutedChoice {
  readonly replica: ReplicaHandle
  /** Blocks of the prompt that it is taken to hold. */
  readonly heldBlocks: number
  readonly reason: ChoiceReason
}

/** What a model's policy is made of. */
export interface RouterSettings extends PolicySettings {
  /** Whether sessions stay with their replicas, whatever the policy. */
  readonly keepsSessions?: boolean
}

/** What is kept of a request that was sent. */
export interface Sent {
  /** Its replica's state before. */
  readonly state: SentState
  /** Tokens of its prompt, as far as they are known. */
  readonly promptTokens: number
  /** What the replica was predicted to hold; null where its engine's cache is not known. */
  readonly prediction: Prediction | null
}

const originMs = performance.timeOrigin
/** The clock of policies, the same in all threads: whole milliseconds since 1970, which never go back. */
const nowMs = (): number => Math.floor(originMs + performance.now())

/** The request that is being chosen for, as a policy sees it; one for all, since a choice is over before the next. */
class Shape implements RequestShape, Choosing {
  model = ''
  adapter: string | null = null
  session: string | null = null
  readonly tenant = ''
  readonly priority = 0
  readonly deadlineMs = null
  promptTokens = 0
  heldTokens: Int32Array = new Int32Array(8)
  prefixHash = 0
  expectedOutputTokens = 0
  nowMs = 0
  replicas: readonly ReplicaHandle[] = []
  asking: RoutedRequest | null = null
  router: PolicyRouter | null = null

  random(): number {
    return Math.random()
  }

  turn(): number {
    return this.router?.nextTurn() ?? 0
  }

  isExcluded(place: number): boolean {
    const replica = this.replicas[place]
    return replica === undefined || this.asking?.isExcluded(replica) === true
  }
}

const shape = new Shape()

/** What another thread has sent, as policies are told of it. */
const elsewhere = new Shape()
const noHashes: Hashes = { count: 0, words: new Int32Array(0) }

/** What a session is kept by: its name, or a digest of a longer one than threads tell each other. */
const keptName = (session: string): string =>
  session.length <= mostCharacters ? ownText(session) : hash('sha256', session, 'base64')

/** Chooses replicas of one model by a policy of `src/scheduling`, with what this gateway's threads have sent. */
export class PolicyRouter implements SentRequestListener {
  readonly #model: string
  readonly #policy: Policy
  /** Where the turns of its model are counted for all threads. */
  readonly #turnPlace: number
  readonly #turns = new Turns(() => Math.random())
  /** What replicas hold; null for policies that do not look at prompts. */
  readonly prefixes: PrefixRouter | null
  /** Whether it looks at a hash of a prompt's beginning. */
  readonly hashesPrompts: boolean
  /** What its requests are like, as they were sent. */
  readonly sizes = new RequestSizes()
  /** What engines say that they hold; null where that is not known. */
  exact: ExactPrompts | null = null
  /** Those that were chosen among last. */
  #replicas: readonly ReplicaHandle[] = []
  /** What they hold of the last prompt, in tokens by place; null where that was not looked up. */
  #exactTokens: Int32Array | null = null

  /** @param totalBlocks bound of the index of prompts, over all replicas */
  constructor(model: string, policy: RoutingPolicy, settings: RouterSettings, totalBlocks: number) {
    const kind = policyOfFleet(policy)
    if (kind === undefined) throw new Error(`there is no policy ${policy}`)
    this.#model = model
    this.#turnPlace = seedOf(model, 0)
    this.#policy = settings.keepsSessions === true ? keepingSessions(kind, settings) : kind.create(settings)
    this.hashesPrompts = kind.hashesPrompts === true
    this.prefixes = kind.prefixes === 'none' ? null : new PrefixRouter(model, totalBlocks)
  }

  /** Whose turn it is among equals, counted for all threads. */
  nextTurn(): number {
    return sharing.sent?.turnOf(this.#turnPlace) ?? this.#turns.next()
  }

  /** The replica that should get a request; null when none may. */
  choose(replicas: readonly ReplicaHandle[], asked: RoutedRequest): RoutedChoice | null {
    this.#fill(replicas, asked)
    const decision = this.#policy.choose(shape, replicas, shape)
    if (decision.kind !== 'replica') return null
    const { place, reason } = decision
    const replica = replicas[place]
    return replica === undefined ? null : { replica, heldBlocks: this.#heldBlocks(asked, place), reason }
  }

  /**
   * A replica is sent a request, for which it has given its permit.
   * @param reason of its choice
   * @returns what it was before, for `answered`
   */
  sent(
    replicas: readonly ReplicaHandle[],
    asked: RoutedRequest,
    replica: ReplicaHandle,
    heldBlocks: number,
    reason: ChoiceReason = 'turn',
  ): Sent {
    const place = replicas.indexOf(replica)
    // In most cases it was the last to be chosen for.
    if (shape.asking !== asked || shape.replicas !== replicas) this.#fill(replicas, asked)
    if (place >= 0) this.#policy.sent?.(shape, { kind: 'replica', place, reason }, replicas, shape)
    const { blocks } = asked
    if (blocks !== null) this.prefixes?.sent(blocks, replica, replicas)
    const { pendingPrefillTokens, inFlightTokens } = replica
    // The permit counts this very request already.
    const inFlight = Math.max(0, replica.inFlight - 1)
    const held = this.#exactTokens === null ? heldBlocks * blockTokens : (shape.heldTokens[place] ?? 0)
    const uncachedTokens = Math.max(0, shape.promptTokens - held)
    const state = { inFlight, pendingPrefillTokens, inFlightTokens, uncachedTokens }
    const { promptTokens, session } = shape
    const outputTokens = asked.expectedOutputTokens
    this.sizes.sent(promptTokens, uncachedTokens, outputTokens)
    const { serial } = replica
    const hashes = blocks ?? noHashes
    const atMs = shape.nowMs
    sharing.sent?.tell({ serial, promptTokens, uncachedTokens, outputTokens, atMs, session, hashes })
    const isComputing = replica.ownPrefillTokens > 0 || replica.foreign.requests > 0
    return { state, promptTokens, prediction: this.#predictionFor(asked, place, isComputing) }
  }

  onSentElsewhere({
    serial,
    promptTokens,
    uncachedTokens,
    outputTokens,
    atMs,
    session,
    hashes,
  }: Readonly<SentRequest>): void {
    const replicas = this.#replicas
    const place = replicas.findIndex((replica) => replica.serial === serial)
    const replica = replicas[place]
    if (replica === undefined) return
    if (elsewhere.heldTokens.length < replicas.length) elsewhere.heldTokens = new Int32Array(2 * replicas.length)
    elsewhere.session = session
    elsewhere.promptTokens = promptTokens
    elsewhere.heldTokens[place] = promptTokens - uncachedTokens
    elsewhere.expectedOutputTokens = outputTokens
    elsewhere.nowMs = atMs
    // Why it was chosen is not told; who got a prompt that it held nothing of got, nearly always, one that nobody held.
    const reason = uncachedTokens >= promptTokens ? 'new-prompt' : 'prefix'
    this.#policy.sent?.(elsewhere, { kind: 'replica', place, reason }, replicas, elsewhere)
    if (hashes.count > 0) this.prefixes?.sent(hashes, replica, replicas)
    this.sizes.sent(promptTokens, uncachedTokens, outputTokens)
  }

  onAnsweredElsewhere({ serial, ...answered }: Readonly<AnsweredRequest>): void {
    const place = this.#replicas.findIndex((replica) => replica.serial === serial)
    if (place >= 0) this.#policy.answered?.({ place, cachedTokens: null, ...answered }, this.#replicas)
  }

  /** Hears from now on what other threads send to these, and what comes of it. */
  follow(replicas: readonly ReplicaHandle[]): void {
    sharing.sent?.listenFor(this, this.#replicas, replicas)
    this.#replicas = replicas
  }

  /** Learns what other threads have sent, and what came of it. */
  #hear(replicas: readonly ReplicaHandle[]): void {
    if (replicas !== this.#replicas) this.follow(replicas)
    sharing.sent?.take()
  }

  #predictionFor({ exact }: RoutedRequest, place: number, wasComputing: boolean): Prediction | null {
    if (this.exact === null || exact === null) return null
    this.exact.count(exact)
    if (this.#exactTokens === null || place < 0) return null
    return this.exact.predict(exact, this.#exactTokens[place] ?? 0, wasComputing)
  }

  /** A stream was answered whole: policies learn from it how fast its replica is. */
  answered(
    replicas: readonly ReplicaHandle[],
    replica: ReplicaHandle,
    sent: SentState,
    told: {
      readonly inputTokens: number
      readonly outputTokens: number
      readonly ttftMs: number
      readonly durationMs: number
    },
  ): void {
    const place = replicas.indexOf(replica)
    if (place < 0 || this.#policy.answered === undefined) return
    this.#hear(replicas)
    const { inputTokens: promptTokens, outputTokens, ttftMs, durationMs } = told
    const tpotMs = outputTokens > 1 ? (durationMs - ttftMs) / (outputTokens - 1) : 0
    const answered = { promptTokens, outputTokens, ttftMs, tpotMs, sent }
    this.#policy.answered({ place, cachedTokens: null, ...answered }, replicas)
    sharing.sent?.tellAnswered({ serial: replica.serial, ...answered })
  }

  #fill(replicas: readonly ReplicaHandle[], asked: RoutedRequest): void {
    const { blocks } = asked
    this.#hear(replicas)
    if (shape.heldTokens.length < replicas.length) shape.heldTokens = new Int32Array(2 * replicas.length)
    shape.model = this.#model
    shape.adapter = asked.adapter
    // Whoever is sent it may be kept for the session for hours.
    shape.session = asked.session === null ? null : keptName(asked.session)
    shape.expectedOutputTokens = asked.expectedOutputTokens
    shape.promptTokens = Math.ceil(asked.promptBytes / bytesPerToken)
    shape.prefixHash = asked.prefixHash
    shape.nowMs = nowMs()
    shape.replicas = replicas
    shape.asking = asked
    shape.router = this
    const exact = asked.exact?.prompt ?? null
    this.#exactTokens = exact === null ? null : (this.exact?.held(replicas, exact) ?? null)
    if (exact !== null && asked.exact?.reason === null && this.#exactTokens !== null) {
      this.#fillExactly(replicas, asked, this.#exactTokens, this.exact?.estimateTokens(exact) ?? 0)
      return
    }
    const held = blocks === null ? null : (this.prefixes?.held(replicas, blocks) ?? null)
    for (let place = 0; place < replicas.length; place += 1) {
      shape.heldTokens[place] = held === null ? 0 : (held[place] ?? 0) * blockTokens
    }
  }

  /** The blocks of a prompt that are as much of it as a replica holds; tokens of an engine are of other lengths. */
  #heldBlocks({ blocks, exact }: RoutedRequest, place: number): number {
    const tokens = shape.heldTokens[place] ?? 0
    if (exact?.reason !== null || this.#exactTokens === null) return tokens / blockTokens
    return Math.round((tokens / Math.max(1, shape.promptTokens)) * (blocks?.blocks ?? 0))
  }

  #fillExactly(
    replicas: readonly ReplicaHandle[],
    { blocks }: RoutedRequest,
    tokens: Int32Array,
    promptTokens: number,
  ): void {
    const sent = blocks !== null && areComputing(replicas) ? (this.prefixes?.held(replicas, blocks) ?? null) : null
    const most = expectHoldings(replicas, tokens, sent, shape.heldTokens)
    // An engine computes the last token anew in any case, so that a prompt has one more than is held.
    shape.promptTokens = Math.max(promptTokens, most + 1)
  }
}
