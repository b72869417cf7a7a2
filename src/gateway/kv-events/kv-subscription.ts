import {
  decodeKvMessage,
  StreamOrder,
  type KvEvent,
  type KvMessage,
  type MalformedKvMessage,
} from '../../engines/index.ts'
import { mostMessageBytes, mostWaitingMessages, mostTold } from './limits.ts'
import { loadZeromq, type Zeromq } from './load-zeromq.ts'
import type { KvPublisher } from './publisher-address.ts'
import { replay } from './replay-client.ts'

/** Why what was known of an engine process counts no more. */
export type KvLoss = 'gap' | 'restarted' | 'malformed'

/** Who is told of an engine process's KV cache, in the order in which it changed. */
export interface KvEventSink {
  apply(rank: number, events: readonly KvEvent[]): void
  /** What was told so far counts no more. */
  lost(rank: number, loss: KvLoss): void
  /** Something was not readable; service goes on. One plain sentence. */
  warn(sentence: string): void
}

/** What a subscription has seen. */
export interface KvSubscriptionCounts {
  batches: number
  events: number
  replayed: number
  losses: number
  problems: number
}

/** How a subscription is made. */
export interface KvSubscriptionOptions {
  /** Between two replies of a replay; publishers look for requests ten times a second. */
  readonly replayTimeoutMs?: number
}

/**
 * Follows the KV cache events of one engine process: replays what was before, follows what comes, replays what was
 * missed, and tells when the engine began anew. Connects again by itself.
 * @throws {UserError} when the package zeromq is not there
 */
export async function subscribeKvEvents(
  publisher: KvPublisher,
  sink: KvEventSink,
  options: KvSubscriptionOptions = {},
): Promise<KvSubscription> {
  return new KvSubscription(await loadZeromq(), publisher, sink, options)
}

/** A running subscription. */
export class KvSubscription {
  readonly counts: KvSubscriptionCounts = { batches: 0, events: 0, replayed: 0, losses: 0, problems: 0 }
  readonly #zeromq: Zeromq
  readonly #publisher: KvPublisher
  readonly #sink: KvEventSink
  readonly #replayTimeoutMs: number
  /** Problems of single events. */
  readonly #told = new Set<string>()
  readonly #order = new StreamOrder()
  readonly #socket: InstanceType<Zeromq['Subscriber']>
  readonly #abort = new AbortController()
  readonly #finished: Promise<void>
  /** One thing after the other: messages and connections. */
  #turn: Promise<void> = Promise.resolve()
  #rank: number

  constructor(zeromq: Zeromq, publisher: KvPublisher, sink: KvEventSink, options: KvSubscriptionOptions) {
    this.#zeromq = zeromq
    this.#publisher = publisher
    this.#sink = sink
    this.#rank = publisher.rank
    this.#replayTimeoutMs = options.replayTimeoutMs ?? 5000
    const socket = new zeromq.Subscriber({
      linger: 0,
      receiveHighWaterMark: mostWaitingMessages,
      reconnectInterval: 100,
      reconnectMaxInterval: 5000,
      heartbeatInterval: 5000,
      ipv6: true,
    })
    socket.maxMessageSize = mostMessageBytes
    this.#socket = socket
    // After each connection, the first one too, the engine may be another one than before.
    socket.events.on('handshake', () => void this.#inTurn(() => this.#catchUp()))
    socket.connect(publisher.endpoint)
    socket.subscribe()
    this.#finished = this.#follow()
  }

  /** Ends it; nothing is told any more once this is done. */
  async close(): Promise<void> {
    this.#abort.abort()
    this.#socket.close()
    await this.#finished
    await this.#turn
  }

  async #follow(): Promise<void> {
    // What comes while a message is worked on waits in the socket, up to its bound.
    for await (const frames of this.#socket) await this.#inTurn(() => this.#take(decodeKvMessage(frames)))
  }

  /** Runs one thing after all those before it. A failure is told and ends nothing. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#after(this.#turn, act)
    return this.#turn
  }

  async #after(before: Promise<void>, act: () => Promise<void>): Promise<void> {
    await before
    if (this.#abort.signal.aborted) return
    try {
      await act()
    } catch (error) {
      this.#warn(`Reading KV cache events failed: ${error instanceof Error ? error.message : 'for no reason told'}`)
    }
  }

  async #take(message: KvMessage | MalformedKvMessage): Promise<void> {
    const { sequence } = message
    if (sequence === null) {
      this.#tellMalformed(message)
      return
    }
    if (!this.#order.arrives(sequence, message.kind === 'batch' ? message.batch.time : null)) {
      this.#lose('restarted')
      this.#order.restart(sequence)
    }
    if (this.#order.place(sequence) === 'gap') await this.#catchUp(sequence)
    this.#read(message, sequence)
  }

  /** Takes a message over, unless it is known. */
  #read(message: KvMessage | MalformedKvMessage, sequence: number): void {
    const place = this.#order.place(sequence)
    if (place === 'known') return
    if (place === 'gap') this.#lose('gap')
    if (message.kind === 'malformed') {
      this.#tellMalformed(message)
      this.#lose('malformed')
      this.#order.read(sequence, null)
      return
    }
    const { batch } = message
    this.#rank = batch.rank ?? this.#publisher.rank
    this.#order.read(sequence, batch.time)
    this.counts.batches += 1
    this.counts.events += batch.events.length
    this.counts.problems += batch.problems.length
    for (const problem of batch.problems) this.#tellOnce(problem)
    this.#sink.apply(this.#rank, batch.events)
  }

  /** Asks for what was missed, and finds out whether the engine is still the one that it was. */
  async #catchUp(lastLive = -1): Promise<void> {
    const { replayEndpoint } = this.#publisher
    if (replayEndpoint === null) return
    for (let restarts = 0; restarts < 2;) {
      const from = this.#order.replayFrom
      let replies = 0
      let isSameRun = true
      let isBroken = false
      const take = (reply: KvMessage | MalformedKvMessage): boolean => {
        replies += 1
        isSameRun = reply.kind === 'malformed' || this.#order.isSameRun(reply)
        if (!isSameRun || reply.sequence === null) return isSameRun
        const place = this.#order.place(reply.sequence)
        // A publisher drops replies that its socket has no room for: what is missing is asked for again.
        isBroken = place === 'gap' && replies > 1
        if (isBroken) return false
        if (place !== 'known') this.counts.replayed += 1
        this.#read(reply, reply.sequence)
        return true
      }
      const { signal } = this.#abort
      const end = await replay(this.#zeromq, replayEndpoint, from, take, this.#replayTimeoutMs, signal)
      if (end === 'no-answer') this.#warn(`${replayEndpoint} does not replay KV cache events.`)
      if (isBroken && this.#order.replayFrom > from) continue
      // An engine that lacks what it has sent is another run of it.
      const isRestarted = !isSameRun || (end === 'end' && replies === 0 && this.#order.hasBegun)
      if (!isRestarted) return
      this.#lose('restarted')
      this.#order.restart(lastLive)
      restarts += 1
    }
  }

  #lose(loss: KvLoss): void {
    // Of an engine of which nothing is known, nothing is lost.
    if (!this.#order.hasBegun) return
    this.counts.losses += 1
    this.#sink.lost(this.#rank, loss)
  }

  #tellMalformed(message: KvMessage | MalformedKvMessage): void {
    this.counts.problems += 1
    if (message.kind === 'malformed') this.#warn(`A message of KV cache events is malformed: ${message.reason}.`)
  }

  /** An engine that publishes what is not understood does so in each batch: `counts` says how often. */
  #tellOnce(problem: string): void {
    if (this.#told.has(problem) || this.#told.size === mostTold) return
    this.#told.add(problem)
    this.#warn(`KV cache events: ${problem}. Others like it are not told of.`)
  }

  #warn(sentence: string): void {
    if (!this.#abort.signal.aborted) this.#sink.warn(sentence)
  }
}
