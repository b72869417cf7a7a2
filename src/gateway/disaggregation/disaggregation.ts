import { randomBytes } from 'node:crypto'
import type { Model } from '../../fleet/index.ts'
import type { CounterSeries, HistogramSeries } from '../../observe/index.ts'
import { blockBytes, choosePrefill, seedOf, SplitBenefit, Turns, type ServedHow } from '../../scheduling/index.ts'
import type { ReplicaLimits } from '../data-plane/choose-replica.ts'
import type { ExactPrompts, ExactReading } from '../data-plane/exact-prompts.ts'
import { areComputing, expectHoldings } from '../data-plane/expected-holdings.ts'
import { fieldValue } from '../data-plane/http1/fields.ts'
import { topLevelMembers, valueText, type ObjectMembers } from '../data-plane/json/top-level-members.ts'
import { PrefixRouter, type RoutedPrompt } from '../data-plane/prefix-router.ts'
import { blockTokens, bytesPerToken, type ReplicaHandle } from '../data-plane/replica-handle.ts'
import { sharing, type FirstToken, type SentRequest, type SentRequestListener } from '../data-plane/sent-requests.ts'
import type { UpstreamCall, UpstreamHandler, UpstreamRequest } from '../data-plane/upstream/contract.ts'
import { queryBootstrap } from './bootstrap-query.ts'
import type { Connector, PairFacts } from './connectors/contract.ts'
import { connectors } from './connectors/index.ts'
import { decodeBody, isSplittable } from './leg-bodies.ts'
import { ObservedAnswer } from './observed-answer.ts'
import type { ChosenPrefill } from './prefill-leg.ts'
import { SplitCall, type SplitEvents, type SplitParts } from './split-call.ts'

/** Why a request of a model with prefill replicas goes to one replica alone; the empty reason is that it does not. */
type WholeReason = '' | 'path' | 'not_splittable' | 'short_prompt' | 'no_prefill_replica' | 'second_try'

/** What is counted. */
export interface DisaggregationSeries {
  /** Requests, by why they were not split. */
  decided(reason: string): CounterSeries
  /** Requests that were split and came back to the decode replica, by what went wrong. */
  fellBack(reason: string): CounterSeries
  /** Seconds that prefill legs took. */
  prefillSeconds(): HistogramSeries
}

/** A question for which the decode replica has been chosen. */
export interface RoutedQuestion {
  readonly request: UpstreamRequest
  readonly decode: ReplicaHandle
  /** Bytes of its prompt; 0 where there is none to see. */
  readonly promptBytes: number
  /** Blocks of the prompt; null where they are not known. */
  readonly blocks: RoutedPrompt | null
  /** The prompt as its engines have it, and what is known of their caches; null where nothing is. */
  readonly exact: ExactReading | null
  readonly prompts: ExactPrompts | null
  /** Blocks that the decode replica holds. */
  readonly heldBlocks: number
  /** Tokens that it would compute, as its policy took it; null where none did. */
  readonly uncachedTokens: number | null
  /** Whether it is asked beside another one that is slow. */
  readonly isSecondTry: boolean
}

/** How a question is sent. */
export interface Route {
  /** Whether another replica computes the prompt. */
  readonly isSplit: boolean
  /** That other replica; null where there is none. */
  readonly prefill: ReplicaHandle | null
  /** @param onFallBack told when the decode replica computes the prompt after all */
  send(handler: UpstreamHandler, onFallBack: () => void): UpstreamCall
}

/** A prefill that takes this many times what is expected has gone wrong, if it takes longer than any handshake does too. */
const patienceFactor = 8
const leastPatienceMs = 10_000
/** What is expected as long as nothing is known: 2,000 tokens a second are few for any GPU. */
const usualMsPerToken = 0.5

/** What of a request replicas that prefill are not weighed by. */
const unweighed = { promptTokens: 0, uncachedTokens: 0, outputTokens: 0, atMs: 0, session: null } as const

/** Sends the requests of one model that has replicas which only prefill. */
export class Disaggregation implements SentRequestListener {
  readonly #model: Model
  readonly #series: DisaggregationSeries
  readonly #connector: Connector
  readonly #benefit: SplitBenefit
  /** What prefill replicas hold; it reads no prompts, and is given the blocks that the decode replica was chosen by. */
  readonly #index: PrefixRouter
  /** What connectors know of prefill replicas. */
  readonly #known = new WeakMap<ReplicaHandle, string>()
  /** Where the turns of prefill replicas are counted for all threads. */
  readonly #turnPlace: number
  readonly #turns = new Turns(() => Math.random())
  /** Those that were chosen among last. */
  #prefillers: readonly ReplicaHandle[] = []
  /** Tokens held, by place among the prefill replicas. */
  #held = new Int32Array(8)

  constructor(model: Model, series: DisaggregationSeries) {
    const { transfer, minPromptTokens } = model.routing.disaggregation
    this.#model = model
    this.#series = series
    this.#connector = connectors[transfer]
    this.#turnPlace = seedOf(`${model.name} prefill`, 0)
    const trials = seedOf(`${model.name} split`, 0)
    const alone = new Turns(() => Math.random())
    this.#benefit = new SplitBenefit(minPromptTokens, () => sharing.sent?.turnOf(trials) ?? alone.next())
    this.#index = new PrefixRouter(model.name, model.routing.prefix.blocks)
  }

  /**
   * Decides how a question is served, and takes the place at the prefill replica where it is split.
   * @param tokensOf about how many tokens so many bytes have; 0 where that is not known yet
   */
  route(
    question: RoutedQuestion,
    prefillers: readonly ReplicaHandle[],
    limits: ReplicaLimits,
    tokensOf: (bytes: number) => number,
  ): Route {
    const { request, decode, promptBytes, heldBlocks } = question
    const { body } = request
    this.#hear(prefillers)
    const members = Buffer.isBuffer(body) ? topLevelMembers(body) : null
    if (!Buffer.isBuffer(body) || members === null) return this.#whole(request, decode, 'path')
    const uncachedBytes = Math.max(0, promptBytes - heldBlocks * blockBytes)
    const estimate = (bytes: number): number => tokensOf(bytes) || Math.round(bytes / bytesPerToken)
    // What engines say is exact to the token, and a block of bytes may be many.
    const tokens = (isToldBy(question) ? question.uncachedTokens : null) ?? estimate(uncachedBytes)
    const [path = ''] = request.path.split('?', 1)
    const alone = (reason: WholeReason): Route =>
      this.#whole(withoutTransfer(request, body, members, this.#connector), decode, reason, tokens)
    if (!this.#connector.paths.has(path)) return alone('path')
    if (question.isSecondTry) return alone('second_try')
    if (!this.#benefit.pays(tokens, Math.max(0, decode.inFlight - 1))) return alone('short_prompt')
    if (!isSplittable(body, members)) return alone('not_splittable')
    const prefill = this.#choosePrefill(question, prefillers, limits)
    if (prefill === null) return alone('no_prefill_replica')
    this.#series.decided('').add(1)
    const pendingTokens = estimate(prefill.replica.pendingPrefillTokens * bytesPerToken)
    return this.#split({ ...request, body }, members, decode, prefill, tokens, pendingTokens)
  }

  #choosePrefill(
    question: RoutedQuestion,
    prefillers: readonly ReplicaHandle[],
    limits: ReplicaLimits,
  ): ChosenPrefill | null {
    const { blocks, exact, prompts, promptBytes } = question
    const count = blocks?.blocks ?? Math.ceil(promptBytes / blockBytes)
    const told = toldBy(prefillers, question)
    const held = blocks === null ? null : this.#heldBlocks(prefillers, blocks, question, told)
    const turn = sharing.sent?.turnOf(this.#turnPlace) ?? this.#turns.next()
    const place = choosePrefill(prefillers.length, turn, (at) => {
      const replica = prefillers[at]
      if (replica === undefined || !replica.isAvailable || replica.ownRequests >= limits.limitOf(replica))
        return Infinity
      return replica.pendingPrefillTokens / blockTokens + count - (held?.[at] ?? 0)
    })
    const replica = prefillers[place]
    const permit = replica?.acquire(limits.limitOf(replica)) ?? null
    if (replica === undefined || permit === null) return null
    const uncached = count - (held?.[place] ?? 0)
    const wasComputing = replica.ownPrefillTokens > 0 || replica.foreign.requests > 0
    const prediction = exact === null ? null : (prompts?.predict(exact, told?.[place] ?? 0, wasComputing) ?? null)
    if (blocks !== null) {
      this.#index.sent(blocks, replica, prefillers)
      sharing.sent?.tell({ ...unweighed, serial: replica.serial, hashes: blocks })
    }
    return { replica, permit, blocks: uncached, prediction }
  }

  /**
   * Blocks of a prompt that each prefill replica holds, by place; good until it is asked again.
   * @param told tokens of it that they hold as their engines say; null where that is not known
   */
  #heldBlocks(
    prefillers: readonly ReplicaHandle[],
    blocks: RoutedPrompt,
    { exact, prompts }: RoutedQuestion,
    told: Int32Array | null,
  ): Int32Array {
    const prompt = exact?.prompt ?? null
    if (told === null || prompts === null || prompt === null || exact?.reason !== null) {
      return this.#index.held(prefillers, blocks)
    }
    if (this.#held.length < prefillers.length) this.#held = new Int32Array(2 * prefillers.length)
    const sent = areComputing(prefillers) ? this.#index.held(prefillers, blocks) : null
    const most = expectHoldings(prefillers, told, sent, this.#held)
    const blocksPerToken = blocks.blocks / Math.max(prompts.estimateTokens(prompt), most + 1)
    return this.#held.map((tokens) => Math.round(tokens * blocksPerToken))
  }

  #whole(request: UpstreamRequest, { client }: ReplicaHandle, reason: WholeReason, tokens = 0): Route {
    this.#series.decided(reason).add(1)
    const learn = (ms: number): void => this.#learnTime('whole', tokens, ms)
    return {
      isSplit: false,
      prefill: null,
      send: (handler) => client.send(request, tokens > 0 ? new ObservedAnswer(handler, learn) : handler),
    }
  }

  #split(
    request: SplitParts['request'],
    members: ObjectMembers,
    decode: ReplicaHandle,
    prefill: ChosenPrefill,
    tokens: number,
    pendingTokens: number,
  ): Route {
    const { acquaintance } = this.#connector
    const { replica } = prefill
    const known = this.#known.get(replica) ?? null
    const isAsked = acquaintance !== undefined && acquaintance.from !== 'answer' && known === null
    const expectedMs = this.#benefit.expectedSplitMs(tokens) ?? usualMsPerToken * (tokens + pendingTokens)
    const { ttft, total } = this.#model.deadlines
    const patienceMs = Math.min(ttft, total) / 2
    const parts: Omit<SplitParts, 'events'> = {
      connector: this.#connector,
      request,
      members,
      isStream: valueText(request.body, members, 'stream') === 'true',
      decode: decode.client,
      prefill,
      facts: this.#factsOf(request, replica, known),
      acquaint: isAsked ? (onKnown) => this.#acquaint(replica, onKnown) : null,
      patienceMs,
      prefillPatienceMs: Math.min(patienceMs, Math.max(leastPatienceMs, expectedMs * patienceFactor)),
    }
    return {
      isSplit: true,
      prefill: replica,
      send: (handler, onFallBack) =>
        new SplitCall({ ...parts, events: this.#eventsOf(prefill, tokens, onFallBack) }, handler),
    }
  }

  #factsOf({ headers }: UpstreamRequest, { replica }: ReplicaHandle, known: string | null): PairFacts {
    const { host } = replica.address
    return {
      pairId: randomBytes(16).toString('hex'),
      requestId: fieldValue(headers, 'x-request-id') ?? '',
      prefillHost: host.includes(':') ? `[${host}]` : host,
      bootstrapPort: this.#model.routing.disaggregation.bootstrapPort,
      known,
    }
  }

  #eventsOf({ replica, prediction }: ChosenPrefill, tokens: number, onFallBack: () => void): SplitEvents {
    return {
      onPrefilled: (ms, answer) => {
        this.#series.prefillSeconds().observe(ms / 1000)
        const params = answer?.params ?? null
        const { inputTokens = 0, cachedTokens } = answer?.usage ?? {}
        if (cachedTokens !== undefined) prediction?.by.answered(prediction, { inputTokens, cachedTokens })
        if (params !== null && this.#connector.acquaintance?.from === 'answer') this.#learn(replica, JSON.parse(params))
      },
      onFallBack: (reason) => {
        this.#series.fellBack(reason).add(1)
        // It may be another process by now.
        this.#known.delete(replica)
        onFallBack()
      },
      onFirstByte: (ms) => this.#learnTime('split', tokens, ms),
    }
  }

  /** Hears from now on what other threads send to replicas that prefill, and how long first tokens take them. */
  follow(prefillers: readonly ReplicaHandle[]): void {
    sharing.sent?.listenFor(this, this.#prefillers, prefillers)
    this.#prefillers = prefillers
  }

  #hear(prefillers: readonly ReplicaHandle[]): void {
    if (prefillers !== this.#prefillers) this.follow(prefillers)
    sharing.sent?.take()
  }

  onSentElsewhere({ serial, hashes }: Readonly<SentRequest>): void {
    const replica = this.#prefillers.find((each) => each.serial === serial)
    if (replica !== undefined) this.#index.sent(hashes, replica, this.#prefillers)
  }

  onFirstTokenElsewhere({ how, tokens, ttftMs }: Readonly<FirstToken>): void {
    this.#benefit.observe(how, tokens, ttftMs)
  }

  #learnTime(how: ServedHow, tokens: number, ttftMs: number): void {
    this.#hear(this.#prefillers)
    this.#benefit.observe(how, tokens, ttftMs)
    // Which of the replicas that prefill is named is all the same: all threads listen to each of them.
    const serial = this.#prefillers[0]?.serial
    if (serial !== undefined) sharing.sent?.tellFirstToken({ serial, how, tokens, ttftMs })
  }

  #acquaint(replica: ReplicaHandle, onKnown: (known: string | null) => void): () => void {
    const { acquaintance } = this.#connector
    if (acquaintance === undefined || acquaintance.from === 'answer') throw new Error('nothing to ask for')
    const { bootstrapPort } = this.#model.routing.disaggregation
    const address = { protocol: 'http', host: replica.replica.address.host, port: bootstrapPort, basePath: '' } as const
    return queryBootstrap(address, acquaintance.from.path, this.#model.deadlines.connect, (document) =>
      onKnown(this.#learn(replica, document)),
    )
  }

  #learn(replica: ReplicaHandle, document: unknown): string | null {
    const known = this.#connector.acquaintance?.learn(document) ?? null
    if (known !== null) this.#known.set(replica, known)
    return known
  }
}

/** Whether a prompt goes by what engines say. */
const isToldBy = ({ exact }: RoutedQuestion): boolean =>
  exact !== null && exact.prompt !== null && exact.reason === null

/** Tokens of a prompt that each prefill replica holds as its engine says, by place; null where that is not known. */
const toldBy = (prefillers: readonly ReplicaHandle[], { exact, prompts }: RoutedQuestion): Int32Array | null =>
  prompts === null || exact === null || exact.prompt === null ? null : prompts.held(prefillers, exact.prompt)

/** The request for one replica alone, without what a client says of transfers. */
function withoutTransfer(
  request: UpstreamRequest,
  body: Buffer,
  members: ObjectMembers,
  { ownFields }: Connector,
): UpstreamRequest {
  const cleaned = decodeBody(body, members, ownFields, {})
  if (cleaned === body) return request
  request.memory?.release()
  return { ...request, body: cleaned, memory: null }
}
