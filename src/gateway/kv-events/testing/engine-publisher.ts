import { Router, XPublisher } from 'zeromq'

/** A publisher as vLLM's, real ZeroMQ: numbers its batches, keeps them, replays them. */
export class EnginePublisher {
  readonly #publisher = new XPublisher({ linger: 0 })
  readonly #router = new Router({ linger: 0 })
  readonly #most: number
  #kept: { sequence: number; payload: Uint8Array }[] = []
  #next = 0
  /** Replies that are dropped, once each, as a socket does that has no room. */
  readonly droppedReplies = new Set<number>()

  /** @param most batches that are kept for replay (vLLM's `buffer_steps`) */
  private constructor(most: number) {
    this.#most = most
  }

  static async start({ most = 10_000, endpoint = 'tcp://127.0.0.1:*', replayEndpoint = 'tcp://127.0.0.1:*' } = {}) {
    const publisher = new EnginePublisher(most)
    await publisher.#publisher.bind(endpoint)
    await publisher.#router.bind(replayEndpoint)
    // Ends when it is closed, perhaps in the middle of a reply.
    publisher.#answer().catch(() => {})
    return publisher
  }

  get endpoint(): string {
    return this.#publisher.lastEndpoint ?? ''
  }

  get replayEndpoint(): string {
    return this.#router.lastEndpoint ?? ''
  }

  /** Waits until somebody has subscribed: what is sent before is for nobody. */
  async subscribed(): Promise<void> {
    await this.#publisher.receive()
  }

  /** Makes a batch; `isLost` for one that never arrives. */
  async publish(payload: Uint8Array, { isLost = false } = {}): Promise<void> {
    const sequence = this.#next
    this.#next += 1
    this.#kept = [...this.#kept, { sequence, payload }].slice(-this.#most)
    if (!isLost) await this.#publisher.send(['kv-events', numberOf(sequence), payload])
  }

  /** The engine begins anew behind the same addresses. */
  restart(): void {
    this.#kept = []
    this.#next = 0
  }

  close(): void {
    this.#publisher.close()
    this.#router.close()
  }

  async #answer(): Promise<void> {
    for await (const [identity = Buffer.alloc(0), , from] of this.#router) {
      const first = Number(from?.readBigUInt64BE() ?? 0n)
      for (const { sequence, payload } of this.#kept) {
        if (this.droppedReplies.delete(sequence)) continue
        if (sequence >= first) await this.#router.send([identity, '', 'kv-events', numberOf(sequence), payload])
      }
      await this.#router.send([identity, '', '', Buffer.alloc(8, 0xff), ''])
    }
  }
}

function numberOf(sequence: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(sequence))
  return bytes
}
