import { createHash, randomUUID } from 'node:crypto'
import { BlockChain, type BatchingShape, type PromptImage, type Sequence } from '../../engines/index.ts'
import type { SequenceStages, ServingLoad } from '../serving/index.ts'
import type { KvPublisher } from './kv-events/index.ts'
import {
  fetchPrompt,
  KeptPrompts,
  transferFailure,
  type EngineAddress,
  type Handover,
  type SharedPrompts,
  type TransferParams,
  type TransferWish,
} from './kv-transfer/index.ts'
import { PromptCache } from './prompt-cache.ts'
import { RealTimeEngine, type EndedSequence } from './real-time/index.ts'

/** What a simulated engine computes with. */
export interface SimulatedEngineOptions {
  readonly shape: BatchingShape
  /** How it keeps prompts for other engines and fetches them; null where it does not. */
  readonly handover: Handover | null
  /** Where it finds and leaves prompts; null where it does not. */
  readonly shared: SharedPrompts | null
  /** Where KV events go; nowhere when absent. */
  readonly publisher?: KvPublisher | undefined
  /** Under which host other engines reach this one; where it listens when absent. */
  readonly sideChannelHost?: string | undefined
  /** How long a prompt is kept for another engine, milliseconds; as the real engine has it when absent. */
  readonly leaseMs?: number | undefined
  /** How long it waits for a prompt of another engine, milliseconds; as the real engine has it when absent. */
  readonly patienceMs?: number | undefined
}

/** A sequence to compute, by its tokens. */
export interface Job {
  readonly prompt: readonly number[]
  /** Of the answer; what is not named here is never found again. */
  readonly answer: readonly number[]
  readonly outputTokens: number
  readonly wish: TransferWish
  readonly salt?: string | undefined
  /** Images of the prompt. */
  readonly images?: readonly PromptImage[]
  onToken(): void
}

/** What became of a job. */
export interface JobEnd {
  /** Prompt tokens that did not have to be computed. */
  readonly cachedTokens: number
  readonly stages: SequenceStages
  readonly ended: EndedSequence
}

/** The part of a simulated engine that knows tokens only: batch, KV cache, its events, and transfers to other engines. */
export class SimulatedEngine {
  readonly shape: BatchingShape
  readonly publisher: KvPublisher | undefined
  readonly #options: SimulatedEngineOptions
  readonly #batch: RealTimeEngine
  readonly #cache: PromptCache
  readonly #kept: KeptPrompts
  readonly #stepListeners: ((tokens: number) => void)[] = []
  /** How other engines call this one (`remote_engine_id`), and where it is. */
  readonly #self = { id: randomUUID(), host: '127.0.0.1', port: 0 }
  readonly #totals = {
    promptTokens: 0,
    cachedPromptTokens: 0,
    generatedTokens: 0,
    externalPromptTokens: 0,
    failedTransfers: 0,
  }
  #nextBlock = 1

  constructor(options: SimulatedEngineOptions) {
    const { shape, publisher, handover, leaseMs = handover?.leaseMs ?? 0 } = options
    this.#options = options
    this.shape = shape
    this.publisher = publisher
    this.#kept = new KeptPrompts(leaseMs)
    this.#cache = new PromptCache(publisher && ((events) => publisher.publish(events)))
    this.#batch = new RealTimeEngine(shape, this.#cache.listener, {
      onStep: (tokens) => {
        this.#cache.stepped(this.#batch.started)
        for (const listener of this.#stepListeners) listener(tokens)
      },
      onAbort: (sequence) => this.#cache.leave(sequence),
    })
  }

  load(): ServingLoad {
    const { externalPromptTokens, failedTransfers, ...tokens } = this.#totals
    const { receiving, running, waiting, kvCacheUsage, preemptions, capacityBlocks } = this.#batch
    return {
      running,
      waiting: waiting + receiving,
      kvCacheUsage,
      ...tokens,
      paged: {
        kvBlockTokens: this.shape.kvBlockTokens,
        kvBlocks: capacityBlocks,
        receiving,
        preemptions,
        externalPromptTokens,
        hasConnector: this.#options.handover !== null || this.#options.shared !== null,
        failedTransfers,
        expiredTransfers: this.#kept.expired,
      },
    }
  }

  onStep(listener: (tokens: number) => void): void {
    this.#stepListeners.push(listener)
  }

  /** The process has begun to listen here. */
  listening({ host, port }: { readonly host: string; readonly port: number }): void {
    const isEverywhere = host === '0.0.0.0' || host === '::'
    this.#self.host = this.#options.sideChannelHost ?? (isEverywhere ? '127.0.0.1' : host)
    this.#self.port = port
  }

  /** Computes a job; rejects with the signal's reason, or with `ServingError` when its prompt could not be fetched. */
  async run(job: Job, signal: AbortSignal): Promise<JobEnd> {
    const { prompt, answer, outputTokens, wish, salt, images, onToken } = job
    if (wish.kind === 'unusable') throw this.#failTransfer()
    // The last token of an answer is never computed: nothing comes after it.
    const namedTokens = prompt.length + Math.max(0, answer.length - 1)
    const chain = new BlockChain([...prompt, ...answer], this.shape.kvBlockTokens, namedTokens, salt, images)
    const shared = wish.kind === 'share' ? this.#options.shared : null
    const stored = (await shared?.find(chain, prompt.length)) ?? 0
    // Tokens of the prompt that need not be computed here.
    const elsewhere = wish.kind === 'fetch' ? prompt.length : Math.min(stored, prompt.length - 1)
    const ended = await this.#batch.run(
      {
        units: chain.units,
        namedTokens,
        promptTokens: Math.max(1, prompt.length),
        outputTokens,
        stage: stored > 0 ? 'decode' : stageOf(wish),
        ...(stored > 0 && { receivedTokens: stored }),
      },
      {
        onAdded: (sequence) => this.#cache.follow(sequence, chain),
        onToken: (sequence) => {
          if (sequence.generated === 1) this.#count(sequence, prompt.length, elsewhere)
          onToken()
        },
        fetch: () => this.#fetch(job, signal),
      },
      signal,
    )
    this.#cache.leave(ended.sequence)
    await shared?.store(chain, prompt.length).catch(() => this.#failTransfer())
    const { cachedTokens } = ended.sequence
    return {
      cachedTokens: Math.max(cachedTokens, elsewhere),
      stages: stagesOf(ended, Math.max(0, elsewhere - cachedTokens)),
      ended,
    }
  }

  /** Computes as much as the context holds, tells nobody, and ends with its signal only. */
  async hang(job: Job, contextLength: number, signal: AbortSignal): Promise<never> {
    const outputTokens = Math.max(1, contextLength - job.prompt.length)
    await this.run({ ...job, answer: [], outputTokens, onToken() {} }, signal)
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }

  /** One more token was given to a client. */
  countGenerated(): void {
    this.#totals.generatedTokens += 1
  }

  /**
   * Keeps a prompt for another engine.
   * @returns the `kv_transfer_params` by which that one finds it; null where it is told otherwise
   * @throws ServingError when the answer waits for the other engine, and that one does not come
   */
  async keep(
    name: string,
    job: Job,
    { ended, cachedTokens }: JobEnd,
    signal: AbortSignal,
  ): Promise<TransferParams | null> {
    const { handover } = this.#options
    const { sequence } = ended
    const { promptTokens } = sequence.request
    const until = handover?.answersLast === true ? signal : undefined
    const isFetched = this.#kept.keep(name, digestOf(job), () => this.#batch.release(sequence), until)
    if (until !== undefined && !(await isFetched)) {
      signal.throwIfAborted()
      throw this.#failTransfer()
    }
    const blockIds = Array.from({ length: Math.ceil(promptTokens / this.shape.kvBlockTokens) }, () => this.#newBlock())
    return handover?.answer({ name, blockIds, promptTokens, cachedTokens }, this.#self) ?? null
  }

  /** How other engines call this one, and where it is. */
  get address(): EngineAddress {
    return this.#self
  }

  /** Whether it tells others at its bootstrap server who it is. */
  get isBootstrapServer(): boolean {
    return this.#options.handover?.isAskedFor === true
  }

  /** Whether this is the engine that another one means, and hands prompts over at all. */
  isMeant(engineId: string | null): boolean {
    return this.#options.handover !== null && (engineId === null || engineId === this.#self.id)
  }

  /** Lets another engine have a prompt that is kept here; false when there is none. */
  handOver(name: string, digest: string): boolean {
    return this.#kept.handOver(name, digest)
  }

  /** The same, for an engine that may come before the prompt is computed; it waits until `signal` fires. */
  handOverOnceThere(name: string, digest: string, signal: AbortSignal): Promise<boolean> {
    return this.#options.handover?.mayComeFirst === true
      ? this.#kept.await(name, digest, signal)
      : Promise.resolve(this.handOver(name, digest))
  }

  /** Forgets all prompts; false, and nothing is done, while sequences use the cache, as vLLM has it. */
  forgetPrompts(): boolean {
    if (this.#batch.kvCacheUsage > 0) return false
    this.#cache.clear(() => this.#batch.forgetPrefixes())
    return true
  }

  async close(): Promise<void> {
    this.#kept.close()
    this.#batch.close()
    await this.publisher?.close()
  }

  #count({ cachedTokens }: Sequence, promptTokens: number, elsewhere: number): void {
    this.#totals.promptTokens += promptTokens
    this.#totals.cachedPromptTokens += cachedTokens
    this.#totals.externalPromptTokens += Math.max(0, elsewhere - cachedTokens)
  }

  async #fetch(job: Job, signal: AbortSignal): Promise<void> {
    const { wish } = job
    const { handover, patienceMs = handover?.patienceMs } = this.#options
    if (wish.kind !== 'fetch' || handover === null) return
    try {
      await fetchPrompt(
        wish.from,
        digestOf(job),
        { ...handover, ...(patienceMs !== undefined && { patienceMs }) },
        signal,
      )
    } catch (error) {
      if (signal.aborted) throw error
      throw this.#failTransfer(error)
    }
  }

  #failTransfer(cause?: unknown): Error {
    this.#totals.failedTransfers += 1
    return transferFailure(cause)
  }

  /** Ids of blocks go round, as those of a block pool do. */
  #newBlock(): number {
    const block = this.#nextBlock
    this.#nextBlock = block >= this.#batch.capacityBlocks ? 1 : block + 1
    return block
  }
}

/** Names a prompt by all that its blocks depend on: whoever fetches it has to have the very same one. */
const digestOf = ({ prompt, salt, images }: Job): string =>
  createHash('sha256')
    .update(JSON.stringify([prompt, salt, images]))
    .digest('base64url')

function stageOf({ kind }: TransferWish): 'both' | 'prefill' | 'decode' {
  if (kind === 'keep') return 'prefill'
  return kind === 'fetch' ? 'decode' : 'both'
}

function stagesOf({ sequence, times }: EndedSequence, externalTokens: number): SequenceStages {
  return {
    queuedMs: times.startedAt - times.addedAt,
    prefillMs: times.firstTokenAt - times.startedAt,
    decodeMs: times.endedAt - times.firstTokenAt,
    preemptions: sequence.preemptions,
    externalTokens,
  }
}
