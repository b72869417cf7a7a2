import {
  BatchingEngine,
  type BatchingShape,
  type BatchRequest,
  type KvListener,
  type Sequence,
} from '../../../engines/index.ts'
import { longestTimerMs } from '../longest-timer.ts'

/** Who has a sequence computed, and hears of it. */
export interface SequenceOwner {
  /** It has come into the engine. */
  onAdded?(sequence: Sequence): void
  /** One token more is there. */
  onToken(sequence: Sequence): void
  /** Of stage `decode`: fills the blocks of its prompt from elsewhere; what it rejects with ends the sequence. */
  fetch?(sequence: Sequence): Promise<void>
}

/** Hears of steps as they end. */
export interface StepObserver {
  /** Tokens computed in a step that has ended; sequences under way have come that much further. */
  onStep(computedTokens: number): void
  /** A sequence is about to leave the batch before its end. */
  onAbort(sequence: Sequence): void
}

/** What a sequence went through; times by the clock of `performance.now`. */
export interface SequenceTimes {
  readonly addedAt: number
  /** When it was in a batch for the first time; NaN before. */
  startedAt: number
  firstTokenAt: number
  endedAt: number
}

/** A sequence that has ended. */
export interface EndedSequence {
  readonly sequence: Sequence
  readonly times: SequenceTimes
}

interface Flight extends EndedSequence {
  readonly owner: SequenceOwner
  settle(end: () => void): void
  resolve(): void
  reject(reason: unknown): void
}

/** Steps that are made up for at once after a late timer; then others have their turn. */
const stepsAtOnce = 256

/**
 * The batching model by the clock. A step is planned when it begins and its tokens are handed out when it is over; the next
 * one begins at that very time, however late the timer was, so that delays add up to nothing.
 */
export class RealTimeEngine {
  readonly #shape: BatchingShape
  readonly #engine: BatchingEngine
  readonly #observer: StepObserver
  readonly #flights = new Map<Sequence, Flight>()
  /** Those that no batch has had yet, in the order of their coming. */
  readonly #unstarted = new Set<Flight>()
  readonly #started = new Set<Sequence>()
  #timer: NodeJS.Timeout | undefined
  /** When the step under way is over. */
  #dueAt = 0
  #isStepping = false
  #isWoken = false
  #tokens: readonly Sequence[] = []
  #computedTokens = 0
  #preemptions = 0

  constructor(shape: BatchingShape, listener: KvListener, observer: StepObserver) {
    this.#shape = shape
    this.#engine = new BatchingEngine(shape, shape.kvBlockTokens, listener)
    this.#observer = observer
  }

  /** Sequences that wait for their turn. */
  get waiting(): number {
    return this.#engine.waiting
  }

  /** Sequences whose prompts are on their way hither. */
  get receiving(): number {
    return [...this.#flights.keys()].filter(({ state }) => state === 'receiving').length
  }

  /** Sequences that are computed; those included whose last token is being computed. */
  get running(): number {
    return this.#flights.size - this.waiting - this.receiving
  }

  get kvCacheUsage(): number {
    return this.#engine.kvCacheUsage
  }

  /** How often sequences were thrown out of the batch. */
  get preemptions(): number {
    return this.#preemptions
  }

  /** Sequences under way that have been in a batch. */
  get started(): Iterable<Sequence> {
    return this.#started
  }

  /**
   * Takes a sequence through the batch, until it has all its tokens; of stage `prefill` it is `held` then, until `release`.
   * Rejects with the signal's reason, or with what its owner throws, once its place is free again.
   * @throws RangeError when it does not fit even alone
   */
  run(request: BatchRequest, owner: SequenceOwner, signal: AbortSignal): Promise<EndedSequence> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const sequence = this.#engine.add(request)
      if (sequence === null) {
        throw new RangeError(`${request.promptTokens + request.outputTokens} tokens do not fit the KV cache`)
      }
      const times = { addedAt: performance.now(), startedAt: NaN, firstTokenAt: NaN, endedAt: NaN }
      const leave = (reason: unknown): void => {
        this.#observer.onAbort(sequence)
        this.#engine.abort(sequence)
        flight.settle(() => reject(reason))
        if (this.#flights.size === 0) this.#rest()
      }
      const abort = (): void => leave(signal.reason)
      const flight: Flight = {
        sequence,
        owner,
        times,
        settle: (end) => {
          signal.removeEventListener('abort', abort)
          this.#flights.delete(sequence)
          this.#unstarted.delete(flight)
          this.#started.delete(sequence)
          end()
        },
        resolve: () => flight.settle(() => resolve({ sequence, times })),
        reject: leave,
      }
      this.#flights.set(sequence, flight)
      this.#unstarted.add(flight)
      owner.onAdded?.(sequence)
      signal.addEventListener('abort', abort, { once: true })
      this.#wake()
    })
  }

  /** Gives the blocks of a `held` sequence back. */
  release(sequence: Sequence): void {
    this.#engine.release(sequence)
    this.#wake()
  }

  /** Forgets all prompts, unless sequences use blocks, as vLLM does; whether it did. */
  forgetPrefixes(): boolean {
    if (this.#engine.usedBlocks > 0) return false
    this.#engine.forgetPrefixes()
    return true
  }

  /** Drops everything; nothing is called any more. */
  close(): void {
    this.#rest()
    this.#flights.clear()
    this.#unstarted.clear()
    this.#started.clear()
  }

  get capacityBlocks(): number {
    return Math.floor(this.#shape.kvCapacityTokens / this.#shape.kvBlockTokens)
  }

  /** Begins a step unless one is under way: after all that comes at this very time, so that it is computed together. */
  #wake(): void {
    if (this.#isStepping || this.#isWoken) return
    this.#isWoken = true
    queueMicrotask(() => {
      this.#isWoken = false
      if (this.#isStepping) return
      this.#begin(performance.now())
      if (this.#isStepping) this.#await()
    })
  }

  #rest(): void {
    clearTimeout(this.#timer)
    this.#isStepping = false
    this.#tokens = []
  }

  #begin(at: number): void {
    const step = this.#engine.step()
    this.#preemptions += step.preempted.length
    for (const sequence of step.pulls) this.#fetch(sequence)
    this.#isStepping = step.computedTokens > 0
    if (!this.#isStepping) return
    this.#noteStarts(at)
    this.#tokens = [...step.tokens]
    this.#computedTokens = step.computedTokens
    this.#dueAt = at + step.durationMs
  }

  #noteStarts(at: number): void {
    for (const flight of this.#unstarted) {
      const { sequence, times } = flight
      if (sequence.state === 'receiving') continue
      if (sequence.state === 'waiting') {
        if (sequence.hasReceived) continue
        return
      }
      times.startedAt = at
      this.#unstarted.delete(flight)
      this.#started.add(sequence)
    }
  }

  #await(): void {
    const leftMs = Math.max(0, Math.ceil(this.#dueAt - performance.now()))
    this.#timer = setTimeout(() => this.#goOn(), Math.min(leftMs, longestTimerMs))
  }

  /** Ends the step that is due, and all that would be over by now as well. */
  #goOn(): void {
    for (let steps = 0; steps < stepsAtOnce; steps += 1) {
      this.#finish()
      // A reader may have ended the last sequence.
      if (this.#isStepping) this.#begin(this.#dueAt)
      if (!this.#isStepping) return
      if (this.#dueAt > performance.now()) break
    }
    this.#await()
  }

  #finish(): void {
    const tokens = this.#tokens
    this.#observer.onStep(this.#computedTokens)
    for (const sequence of tokens) {
      const flight = this.#flights.get(sequence)
      if (flight !== undefined) this.#handOut(flight, this.#dueAt)
    }
  }

  #handOut(flight: Flight, at: number): void {
    const { sequence, times, owner } = flight
    if (Number.isNaN(times.firstTokenAt)) times.firstTokenAt = at
    try {
      owner.onToken(sequence)
    } catch (error) {
      flight.reject(error)
      return
    }
    if (sequence.state !== 'done' && sequence.state !== 'held') return
    times.endedAt = at
    flight.resolve()
  }

  #fetch(sequence: Sequence): void {
    const flight = this.#flights.get(sequence)
    if (flight !== undefined) void this.#receive(flight)
  }

  async #receive(flight: Flight): Promise<void> {
    const { sequence, owner } = flight
    try {
      await owner.fetch?.(sequence)
      this.#engine.received(sequence)
      this.#wake()
    } catch (error) {
      if (this.#flights.has(sequence)) flight.reject(error)
    }
  }
}
