import type { Publisher, Router } from 'zeromq'
import { encodeKvBatch, sequenceFrame, type KvEvent } from '../../../engines/index.ts'
import { UserError } from '../../../errors/index.ts'
import { loadZeroMq } from './zeromq.ts'

/** Where KV events go; the names of vLLM's `KVEventsConfig`. */
export interface KvEventsSettings {
  readonly endpoint?: string | undefined
  readonly replayEndpoint?: string | undefined
  readonly topic: string
}

/** Batches kept for replay, and in the sockets' queues: vLLM's `buffer_steps` and `hwm`. */
const bufferSteps = 10_000
const highWaterMark = 100_000

/** The end of a replay: a number of all ones. */
const endOfReplay = Buffer.alloc(8, 0xff)
const empty = Buffer.alloc(0)

/**
 * Publishes KV events as vLLM 0.32.0 does (`vllm/distributed/kv_events.py`, `ZmqEventPublisher`): PUB with the frames topic,
 * number, payload; a ROUTER answers requests for what was missed.
 */
export class KvPublisher {
  /** Where it publishes and replays, with the ports that were chosen. */
  readonly endpoint: string
  readonly replayEndpoint: string | null
  readonly topic: string
  readonly #publisher: Publisher
  readonly #router: Router | null
  readonly #buffer: { readonly number: Buffer; readonly payload: Buffer }[] = []
  /** Number of the first batch in the buffer. */
  #first = 0
  #next = 0
  #sent: Promise<void> = Promise.resolve()

  private constructor(publisher: Publisher, router: Router | null, settings: KvEventsSettings) {
    this.#publisher = publisher
    this.#router = router
    this.endpoint = publisher.lastEndpoint ?? settings.endpoint ?? ''
    this.replayEndpoint = router?.lastEndpoint ?? null
    this.topic = settings.topic
  }

  /** Opens the sockets. @throws UserError when ZeroMQ is not installed, or an endpoint cannot be had */
  static async open(settings: KvEventsSettings & { readonly endpoint: string }): Promise<KvPublisher> {
    const { Publisher, Router } = await loadZeroMq()
    const publisher = new Publisher({ sendHighWaterMark: highWaterMark, linger: 0 })
    const router = settings.replayEndpoint === undefined ? null : new Router({ linger: 0 })
    try {
      if (isBound(settings.endpoint)) await publisher.bind(settings.endpoint)
      else publisher.connect(settings.endpoint)
      if (router !== null && settings.replayEndpoint !== undefined) await router.bind(settings.replayEndpoint)
    } catch (error) {
      publisher.close()
      router?.close()
      throw new UserError({
        what: 'KV events cannot be published at this endpoint.',
        where: [settings.endpoint, settings.replayEndpoint].filter(Boolean).join(', '),
        why: error instanceof Error ? error.message : String(error),
        mend: 'Choose an endpoint that is free, such as tcp://127.0.0.1:* for a port of its own choice.',
        cause: error,
      })
    }
    const kvPublisher = new KvPublisher(publisher, router, settings)
    if (router !== null) void kvPublisher.#replay(router)
    return kvPublisher
  }

  /** Publishes what a step did to the cache, if anything. */
  publish(events: readonly KvEvent[]): void {
    if (events.length === 0) return
    const number = sequenceFrame(this.#next)
    const payload = encodeKvBatch(Date.now() / 1000, events, 0)
    this.#next += 1
    this.#buffer.push({ number, payload })
    if (this.#buffer.length > bufferSteps) {
      this.#buffer.shift()
      this.#first += 1
    }
    // A socket sends one message at a time.
    this.#sent = this.#sent.then(() => this.#publisher.send([this.topic, number, payload])).catch(() => {})
  }

  async close(): Promise<void> {
    await this.#sent
    this.#publisher.close()
    this.#router?.close()
  }

  async #replay(router: Router): Promise<void> {
    for await (const [client, , start] of router) {
      // As vLLM does: what is not a request is passed over.
      if (client === undefined || start?.length !== 8) continue
      const from = Number(start.readBigUInt64BE())
      for (const { number, payload } of this.#buffer.slice(Math.max(0, from - this.#first))) {
        await router.send([client, empty, this.topic, number, payload])
      }
      await router.send([client, empty, empty, endOfReplay, empty])
    }
  }
}

/** vLLM binds where others can come from anywhere, and to files; else it connects to the one who listens. */
function isBound(endpoint: string): boolean {
  return endpoint.includes('*') || endpoint.includes('::') || /^(?:ipc|inproc):\/\//.test(endpoint)
}
