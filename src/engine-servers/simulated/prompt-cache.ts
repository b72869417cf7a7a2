import { KvEventLog, type BlockChain, type KvEvent, type KvListener, type Sequence } from '../../engines/index.ts'

/**
 * What a simulated engine tells of its KV cache: which blocks came and went with each step.
 * `onEvents` is called after each step that changed something; without it, nothing is kept.
 */
export class PromptCache {
  readonly #log = new KvEventLog()
  readonly #chains = new Map<Sequence, { readonly chain: BlockChain; toldBlocks: number }>()
  readonly #onEvents: ((events: readonly KvEvent[]) => void) | undefined

  constructor(onEvents?: (events: readonly KvEvent[]) => void) {
    this.#onEvents = onEvents
  }

  /** Hears of blocks that come and go. */
  get listener(): KvListener {
    return this.#log
  }

  /** A sequence runs, whose blocks have these names. */
  follow(sequence: Sequence, chain: BlockChain): void {
    if (this.#onEvents !== undefined) this.#chains.set(sequence, { chain, toldBlocks: 0 })
  }

  /** A step has ended, and with it these sequences have come further. */
  stepped(sequences: Iterable<Sequence>): void {
    if (this.#onEvents === undefined) return
    for (const sequence of sequences) this.#tell(sequence)
    this.#publish()
  }

  /** A sequence ends. */
  leave(sequence: Sequence): void {
    if (sequence.state !== 'receiving') this.#tell(sequence)
    this.#chains.delete(sequence)
  }

  /** Runs what empties the cache; vLLM tells of it with the next step. */
  clear(empty: () => void): void {
    this.#log.clear(empty)
  }

  #tell(sequence: Sequence): void {
    const followed = this.#chains.get(sequence)
    if (followed === undefined) return
    const { chain } = followed
    // After preemption blocks may be lost, and are told of anew.
    const from = Math.min(followed.toldBlocks, Math.floor(sequence.computed / chain.blockTokens))
    this.#log.filled(chain, sequence.computed, from)
    followed.toldBlocks = Math.floor(sequence.computed / chain.blockTokens)
  }

  #publish(): void {
    const events = this.#log.take()
    if (events.length > 0) this.#onEvents?.(events)
  }
}
