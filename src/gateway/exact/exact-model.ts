import { randomInt } from 'node:crypto'
import type { KvEventsPlace } from '../../discovery/contract.ts'
import { UserError } from '../../errors/index.ts'
import { goesByKvEvents, type Model } from '../../fleet/index.ts'
import type { Logger } from '../../observe/index.ts'
import {
  ExactKnowledgeWriter,
  readVocabulary,
  withoutVocabulary,
  type ExactIndexMemory,
  type TokenBytes,
} from '../../scheduling/index.ts'
import { createTrustMemory } from '../data-plane/event-trust.ts'
import type { ReplicaHandle } from '../data-plane/replica-handle.ts'
import {
  knowledgeSink,
  publisherOfRank,
  type KvLoss,
  type KvSubscription,
  type subscribeKvEvents,
} from '../kv-events/index.ts'
import { askModelRoot } from './ask-model-root.ts'
import { askTokensOf } from './ask-tokens.ts'
import { eventsPlaceOf } from './events-place.ts'
import { learnImages } from './learn-images.ts'
import { readModelFiles, type FilesContext } from './model-files.ts'
import type { Prompting, PromptingData } from './prompting-data.ts'
import { preparePrompting } from './prompting.ts'
import { compareRendering, type AskTokens } from './self-test.ts'

/** What a thread needs to look prompts of a model up. */
export interface ExactServing {
  readonly model: string
  readonly memory: ExactIndexMemory
  /** Of `EventTrust`. */
  readonly trust: SharedArrayBuffer
  readonly prompting: PromptingData
}

/** How it stands with a model. */
export interface ExactReport {
  readonly model: string
  /** `on`: prompts are looked up by what engines say; `starting`; `off`: by what was sent where, for the reason. */
  readonly state: 'starting' | 'on' | 'off'
  readonly reason: string
  /** Whether images are told apart: prompts that have some are looked up too. */
  readonly images: boolean
  /** Blocks that are known, each replica's own counted. */
  readonly blocks: number
  /** Batches of events that were read, and times that what was known of a replica was lost, by replica. */
  readonly replicas: readonly { readonly id: string; readonly batches: number; readonly losses: number }[]
}

/** What a model's exact routing works with. */
export interface ExactModelOptions {
  readonly model: Model
  readonly engineName: string
  readonly files: FilesContext
  readonly logger: Logger
  readonly subscribe: typeof subscribeKvEvents
  /** Threads are to be told: it is on, or replicas have other numbers. */
  readonly onChange: () => void
}

/** A replica whose events are followed. */
interface Followed {
  readonly place: KvEventsPlace
  readonly subscriptions: KvSubscription[]
  isGone: boolean
}

/** What is there once files and engine agree. */
interface Ready {
  readonly writer: ExactKnowledgeWriter
  /** Ranks that there is room for. */
  readonly mostRanks: number
  readonly tokens: TokenBytes
  readonly prompting: PromptingData
  readonly trust: SharedArrayBuffer
}

/** An engine that did not answer is asked again after this time. */
const againMs = 2_000
/** Slots looked through at once, a fraction of a millisecond, and how often: a million in some seconds. */
const tidiedAtOnce = 16_384
const tidyEveryMs = 20
/** Replicas of several ranks and KV cache groups, and as many again for those that restart. */
const fewestLanes = 256
const lanesEachRank = 8
/** A rank has this many at the least: one of its own, and one for when it restarts. */
const fewestLanesEachRank = 2

/** Routing of one model by what its engines hold: from its files to the events of its replicas. */
export class ExactModel {
  readonly #options: ExactModelOptions
  readonly #followed = new Map<ReplicaHandle, Followed>()
  /** Numbers of replicas that are gone, the longest first: threads may know them for a moment longer. */
  readonly #freeNumbers: number[] = []
  #nextNumber = 0
  #state: ExactReport['state'] = 'starting'
  #reason = 'no replica is ready yet'
  #ready: Ready | null = null
  #isBusy = false
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #tidying: NodeJS.Timeout | undefined
  #handles: readonly ReplicaHandle[] = []

  constructor(options: ExactModelOptions) {
    this.#options = options
  }

  /** Null as long as prompts cannot be looked up. */
  get serving(): ExactServing | null {
    if (this.#state !== 'on' || this.#ready === null) return null
    const { writer, trust, prompting } = this.#ready
    return { model: this.#options.model.name, memory: writer.memory, trust, prompting }
  }

  get report(): ExactReport {
    const replicas = [...this.#followed].map(([{ id }, { subscriptions }]) => ({
      id,
      batches: subscriptions.reduce((sum, { counts }) => sum + counts.batches, 0),
      losses: subscriptions.reduce((sum, { counts }) => sum + counts.losses, 0),
    }))
    const blocks = this.#ready?.writer.held ?? 0
    const images = this.#ready?.tokens.imageToken !== undefined
    return { model: this.#options.model.name, state: this.#state, reason: this.#reason, images, blocks, replicas }
  }

  /** Its replicas are these, or stand otherwise than before. */
  sync(handles: readonly ReplicaHandle[]): void {
    this.#handles = handles
    for (const [handle, followed] of this.#followed) {
      const place = eventsPlaceOf(this.#options.model, handle.replica)
      if (handles.includes(handle) && JSON.stringify(place) === JSON.stringify(followed.place)) continue
      this.#forget(handle, followed)
    }
    if (this.#state === 'off') return
    if (this.#state === 'on' && this.#ranks > (this.#ready?.mostRanks ?? Infinity)) this.#beginAnew()
    if (this.#ready !== null) for (const handle of handles) void this.#followLater(handle, this.#ready)
    if (this.#state === 'starting') void this.#begin()
  }

  /** Ranks of all its replicas that say where they publish events. */
  get #ranks(): number {
    return this.#handles.reduce((sum, { replica }) => {
      return sum + (eventsPlaceOf(this.#options.model, replica)?.ranks ?? 0)
    }, 0)
  }

  /** More replicas are there than can be told apart: until there is room for them, prompts go by what was sent where. */
  #beginAnew(): void {
    for (const [handle, followed] of this.#followed) void this.#forget(handle, followed)
    this.#ready = null
    this.#state = 'starting'
    this.#reason = 'room is made for more replicas'
    this.#options.onChange()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#timer)
    clearTimeout(this.#tidying)
    const ending = [...this.#followed].map(([handle, followed]) => this.#forget(handle, followed))
    await Promise.all(ending)
  }

  /** Reads files, follows events, and compares, once a replica is ready to be asked. */
  async #begin(): Promise<void> {
    const ready = this.#handles.filter(({ isReady }) => isReady)
    const handle = ready.find(({ replica }) => eventsPlaceOf(this.#options.model, replica) !== null)
    if (ready.length > 0) this.#reason = 'no replica says where it publishes its KV events'
    if (handle === undefined || this.#isBusy || this.#closing.signal.aborted) return
    this.#reason = 'its engine is asked how it renders'
    this.#isBusy = true
    try {
      const problem = await this.#prepare(handle)
      if (this.#closing.signal.aborted) return
      if (problem === null) this.#turnOn()
      else this.#turnOff(problem)
    } catch (error) {
      if (this.#closing.signal.aborted) return
      this.#reason = error instanceof Error ? error.message : String(error)
      this.#timer = setTimeout(() => void this.#begin(), againMs)
      this.#timer.unref()
    } finally {
      this.#isBusy = false
    }
  }

  /** @returns why it cannot be; null when it can. @throws when it may be possible later */
  async #prepare(handle: ReplicaHandle): Promise<string | null> {
    const { model, engineName, files } = this.#options
    const read = await readPrompting(model, files)
    if (typeof read === 'string') return read
    const askTokens = askTokensOf(handle, engineName, this.#closing.signal)
    const outcome = await compareRendering(read.prompting, read.tokens, askTokens, () => Date.now())
    if (outcome.kind === 'unanswered')
      throw new Error(`its engine could not be asked how it renders: ${outcome.reason}`)
    if (outcome.kind === 'different') return outcome.reason
    const { judge: _judge, ...unjudged } = read.tokens
    const compared = outcome.cutsAlike ? read : { ...read, tokens: unjudged }
    const { data, tokens } = await this.#withImages(compared, handle, askTokens)
    // The first subscription shows whether there is ZeroMQ here at all.
    const lanes = 32 * Math.ceil(Math.max(fewestLanes, lanesEachRank * this.#ranks) / 32)
    const size = { nodes: model.routing.prefix.blocks, lanes }
    const writer = new ExactKnowledgeWriter(size, [randomInt(2 ** 31), randomInt(2 ** 31)])
    const mostRanks = lanes / fewestLanesEachRank
    const ready = { writer, mostRanks, tokens, prompting: data, trust: createTrustMemory() }
    this.#ready = ready
    try {
      for (const each of this.#handles) await this.#follow(each, ready)
    } catch (error) {
      for (const [each, followed] of this.#followed) void this.#forget(each, followed)
      this.#ready = null
      return describe(error)
    }
    return null
  }

  /** The same with what the engine makes of images, where the model takes any. */
  async #withImages(read: ReadPrompting, handle: ReplicaHandle, ask: AskTokens): Promise<ReadPrompting> {
    const { data, prompting, tokens } = read
    if (data.kind !== 'files') return read
    const model = await askModelRoot(handle, this.#options.engineName, this.#closing.signal)
    const images = model === null ? null : await learnImages({ prompting, tokens, ask, model, nowMs: () => Date.now() })
    if (images === null) return read
    return { prompting, data: { ...data, images }, tokens: { ...tokens, imageToken: images.token } }
  }

  /** The same of one that came later: what is wrong with it is told, and the others go on. */
  async #followLater(handle: ReplicaHandle, ready: Ready): Promise<void> {
    try {
      await this.#follow(handle, ready)
    } catch (error) {
      this.#options.logger.warn({ replica: handle.id, problem: describe(error) }, 'KV events cannot be followed')
    }
  }

  /** Follows the events of a replica, each of its ranks; nothing where they are followed already. */
  async #follow(handle: ReplicaHandle, { writer, tokens }: Ready): Promise<void> {
    const kvEvents = eventsPlaceOf(this.#options.model, handle.replica)
    if (kvEvents === null || this.#followed.has(handle) || this.#closing.signal.aborted) return
    const followed: Followed = { place: kvEvents, subscriptions: [], isGone: false }
    this.#followed.set(handle, followed)
    const number = this.#freeNumbers.length > 32 ? this.#freeNumbers.shift() : undefined
    handle.exactNumber = number ?? this.#nextNumber++
    const labels = { model: handle.replica.model, replica: handle.id }
    const warn = (problem: string) => this.#options.logger.warn({ ...labels, problem }, 'KV events')
    const taken = knowledgeSink(writer, handle.exactNumber, tokens, warn)
    const sink = { ...taken, lost: (rank: number, loss: KvLoss) => this.#lose(() => taken.lost(rank, loss)) }
    const first = { endpoint: kvEvents.endpoint, replayEndpoint: kvEvents.replayEndpoint, rank: 0 }
    for (let rank = 0; rank < kvEvents.ranks; rank += 1) {
      const subscription = await this.#options.subscribe(publisherOfRank(first, rank), sink)
      if (followed.isGone) await subscription.close()
      else followed.subscriptions.push(subscription)
    }
  }

  /** What was known of a replica counts no more, and its number is given to another. */
  async #forget(handle: ReplicaHandle, followed: Followed): Promise<void> {
    followed.isGone = true
    this.#followed.delete(handle)
    const number = handle.exactNumber
    handle.exactNumber = -1
    await Promise.all(followed.subscriptions.map((subscription) => subscription.close()))
    this.#lose(() => this.#ready?.writer.forget(number))
    this.#freeNumbers.push(number)
  }

  /** What counts no more leaves the index a piece at a time, between other work. */
  #lose(forget: () => void): void {
    forget()
    clearTimeout(this.#tidying)
    if (this.#ready === null || this.#ready.writer.isTidy || this.#closing.signal.aborted) return
    this.#ready.writer.tidy(tidiedAtOnce)
    this.#tidying = setTimeout(() => this.#lose(() => {}), tidyEveryMs)
    this.#tidying.unref()
  }

  #turnOn(): void {
    this.#state = 'on'
    this.#reason = ''
    const { model, logger, onChange } = this.#options
    logger.info({ model: model.name }, 'prompts are routed by what engines say that they hold')
    onChange()
    this.sync(this.#handles)
  }

  #turnOff(reason: string): void {
    this.#state = 'off'
    this.#reason = reason
    const { model, logger } = this.#options
    const sentence = 'prompts are routed by what was sent where, and not by what engines say that they hold'
    if (goesByKvEvents(model.routing.policy)) logger.warn({ model: model.name, reason }, sentence)
    else logger.info({ model: model.name, reason }, sentence)
  }
}

/** How a model is prompted, for this thread and for others, and the bytes of its tokens. */
interface ReadPrompting {
  readonly data: PromptingData
  readonly prompting: Prompting
  readonly tokens: TokenBytes
}

async function readPrompting(model: Model, context: FilesContext): Promise<ReadPrompting | string> {
  if (model.engine === 'simulated') {
    const { simulatedPrompting, simulatedTokens } = await import('./simulated-prompting.ts')
    return { data: { kind: 'simulated' }, prompting: simulatedPrompting, tokens: simulatedTokens() }
  }
  const files = await readModelFiles(model, context)
  if (typeof files === 'string') return files
  const vocabulary = readVocabulary(files.tokenizer)
  if (vocabulary.kind === 'unsupported') return vocabulary.reason
  const data = { kind: 'files', tokenizer: withoutVocabulary(files.tokenizer), template: files.template } as const
  const prompting = await preparePrompting(data)
  return typeof prompting === 'string' ? prompting : { data, prompting, tokens: vocabulary.tokens }
}

function describe(error: unknown): string {
  if (!(error instanceof UserError)) return error instanceof Error ? error.message : String(error)
  const { what, why, command } = error.parts
  return [what, why, command].filter((part) => part !== undefined).join(' ')
}
