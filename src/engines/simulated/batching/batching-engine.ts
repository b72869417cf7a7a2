import type { BatchingShape, BatchRequest, KvListener } from './contract.ts'
import { KvCache } from './kv-cache.ts'
import { SequenceBlocks, type Match } from './sequence-blocks.ts'
import { Sequence } from './sequence.ts'
import { attentionPairs, stepMs, type StepWork } from './step-cost.ts'

/** What a step does. The lists are those of the engine, and change with its next step. */
export interface Step {
  /** How long it takes; 0 when nothing is computed. */
  durationMs: number
  /** Tokens computed, of prompts and answers. */
  computedTokens: number
  /** Sequences that have one more token at its end; those whose last one it was have `state` `done` or `held`. */
  readonly tokens: Sequence[]
  /** Sequences for whose prompts blocks are there now, to be filled from elsewhere. */
  readonly pulls: Sequence[]
  /** Sequences that were thrown out of the batch. */
  readonly preempted: Sequence[]
}

/**
 * One replica of an engine as vLLM's V1 scheduler works (`vllm/v1/core/sched/scheduler.py`): each step gives its token
 * budget to the running sequences in the order of their coming, of which those that decode take one token each and a
 * prompt what is left of the budget; then to waiting ones, first come first served. A sequence starts when the blocks of
 * its whole prompt are to be had (`--scheduler-reserve-full-isl`). When a running sequence finds no block, the one that
 * started last is thrown out and computed again later.
 *
 * It has no clock: whoever drives it calls `step`, lets `durationMs` pass, and calls it again. What ends with a step has
 * given its blocks back when `step` returns. Not modelled: the time between two steps, speculation, a grown answer's
 * last block becoming shareable only when it is full.
 */
export class BatchingEngine {
  readonly #shape: BatchingShape
  readonly #cache: KvCache
  readonly #blocks: SequenceBlocks
  readonly #waiting: Sequence[] = []
  /** Sequences whose prompts have come, and that have not run since. */
  readonly #received: Sequence[] = []
  #running: Sequence[] = []
  /** Sequences that have blocks and do not run: their prompts are on their way, hither or thither. */
  #aside = 0
  /** Prompt tokens that may still go into the step. */
  #promptBudget = Infinity
  readonly #step: Step = { durationMs: 0, computedTokens: 0, tokens: [], pulls: [], preempted: [] }
  readonly #work = { tokens: 0, pairs: 0, context: 0, firstTokens: 0, furtherTokens: 0 } satisfies StepWork

  /** @param unitTokens tokens of a named unit, a multiple of a block's */
  constructor(shape: BatchingShape, unitTokens: number, listener?: KvListener) {
    if (unitTokens % shape.kvBlockTokens !== 0) {
      throw new RangeError(`units of ${unitTokens} tokens are not whole blocks of ${shape.kvBlockTokens}`)
    }
    this.#shape = shape
    this.#cache = new KvCache(Math.floor(shape.kvCapacityTokens / shape.kvBlockTokens), listener)
    const unitBlocks = unitTokens / shape.kvBlockTokens
    this.#blocks = new SequenceBlocks(this.#cache, { blockTokens: shape.kvBlockTokens, unitBlocks })
  }

  get running(): number {
    return this.#running.length
  }

  /** Sequences that wait for their turn or for their prompt. */
  get waiting(): number {
    return this.#waiting.length + this.#received.length
  }

  /** Blocks that sequences use. */
  get usedBlocks(): number {
    return this.#cache.used
  }

  /** Blocks that hold something, used or not. */
  get heldBlocks(): number {
    return this.#cache.held
  }

  get capacityBlocks(): number {
    return this.#cache.capacity
  }

  /** Share of the KV cache that sequences use (`vllm:kv_cache_usage_perc`), 0 to 1. */
  get kvCacheUsage(): number {
    return this.#cache.capacity === 0 ? 0 : this.#cache.used / this.#cache.capacity
  }

  /** Takes a request on; null for one that the cache cannot hold even alone. */
  add(request: BatchRequest): Sequence | null {
    const { promptTokens, outputTokens, stage } = request
    const tokens = promptTokens + (stage === 'prefill' ? 1 : outputTokens)
    if (this.#blocks.blocksFor(tokens) > this.#cache.capacity) return null
    const sequence = new Sequence(request)
    this.#waiting.push(sequence)
    return sequence
  }

  /** A sequence's prompt has come: it runs when there is a place. */
  received(sequence: Sequence): void {
    if (sequence.state !== 'receiving') return
    this.#aside -= 1
    sequence.state = 'waiting'
    sequence.hasReceived = true
    this.#blocks.fill(sequence)
    this.#received.push(sequence)
  }

  /** Gives the blocks of a `held` sequence back. */
  release(sequence: Sequence): void {
    if (sequence.state !== 'held') return
    this.#aside -= 1
    sequence.state = 'done'
    this.#blocks.release(sequence)
  }

  /** Ends a sequence wherever it stands: its client is gone. */
  abort(sequence: Sequence): void {
    if (sequence.state === 'done') return
    if (sequence.state === 'receiving' || sequence.state === 'held') this.#aside -= 1
    // What was to come from elsewhere has not come.
    if (sequence.state === 'receiving') sequence.computed = sequence.cachedTokens
    for (const list of [this.#waiting, this.#received, this.#running]) {
      const place = list.indexOf(sequence)
      if (place >= 0) list.splice(place, 1)
    }
    sequence.state = 'done'
    this.#blocks.forgetUnfilled(sequence)
    this.#blocks.release(sequence)
  }

  /** Forgets what no sequence uses. */
  forgetPrefixes(): void {
    this.#cache.forget()
  }

  /** Plans and computes the next step. */
  step(): Step {
    const step = this.#step
    const work = this.#work
    step.tokens.length = 0
    step.pulls.length = 0
    step.preempted.length = 0
    work.tokens = 0
    work.pairs = 0
    work.context = 0
    work.firstTokens = 0
    work.furtherTokens = 0
    this.#promptBudget = this.#running.some(isAnswering) ? (this.#shape.maxPromptTokensBeside ?? Infinity) : Infinity
    this.#goOn()
    // After a preemption nobody starts, unless nobody is left: a step of nothing is followed by the next at once.
    if (step.preempted.length === 0 || work.tokens === 0) this.#start()
    step.computedTokens = work.tokens
    step.durationMs = work.tokens === 0 ? 0 : stepMs(this.#shape.step, work)
    this.#end()
    return step
  }

  get #budget(): number {
    return this.#shape.maxBatchedTokens - this.#work.tokens
  }

  /** Tokens of a sequence that the step has room for. */
  #share(sequence: Sequence): number {
    const tokens = Math.min(sequence.tokens - sequence.computed, this.#budget)
    return isAnswering(sequence) ? tokens : Math.min(tokens, this.#promptBudget)
  }

  /** The running sequences, in the order of their coming. */
  #goOn(): void {
    for (let place = 0; place < this.#running.length && this.#budget > 0; place += 1) {
      const sequence = this.#running[place]
      if (sequence === undefined) return
      const tokens = this.#share(sequence)
      if (tokens === 0) continue
      while (!this.#blocks.reserve(sequence, sequence.computed + tokens)) {
        const last = this.#running.pop()
        if (last === undefined) return
        this.#preempt(last)
        if (last === sequence) return
      }
      this.#compute(sequence, tokens)
    }
  }

  #preempt(sequence: Sequence): void {
    this.#blocks.release(sequence)
    sequence.computed = 0
    sequence.hasReceived = false
    sequence.preemptions += 1
    sequence.state = 'waiting'
    this.#waiting.unshift(sequence)
    this.#step.preempted.push(sequence)
    // Alone, and still no block: units that are longer than it needs stand in its way.
    if (this.#isEmpty) this.#cache.forget()
  }

  get #isEmpty(): boolean {
    return this.#running.length + this.#received.length + this.#aside === 0
  }

  /** Waiting sequences, as far as budget, places and blocks go. */
  #start(): void {
    while (this.#budget > 0 && this.#promptBudget > 0 && this.#running.length < this.#shape.maxSequences) {
      const received = this.#received[0]
      if (received !== undefined) {
        // Its prompt has blocks already; all that is to be computed is what did not come, the last token at least.
        this.#received.shift()
        this.#run(received)
        continue
      }
      const sequence = this.#waiting[0]
      if (sequence === undefined || !this.#admit(sequence)) return
      this.#waiting.shift()
      if (sequence.state === 'receiving') this.#step.pulls.push(sequence)
      else this.#run(sequence)
    }
  }

  /** Finds what is held of a sequence and takes it into use, when there is room for the rest of its tokens. */
  #admit(sequence: Sequence): boolean {
    let match = this.#blocks.match(sequence)
    if (!this.#hasRoom(sequence, match)) {
      if (!this.#isEmpty) return false
      this.#cache.forget()
      match = this.#blocks.match(sequence)
      if (!this.#hasRoom(sequence, match)) return false
    }
    this.#blocks.begin(sequence, match)
    if (sequence.cachedTokens < 0) sequence.cachedTokens = match.tokens
    sequence.computed = match.tokens
    // After preemption the prompt is computed here: whoever sent it has let go of it.
    if (sequence.request.stage === 'decode' && sequence.preemptions === 0) {
      this.#blocks.reserve(sequence, sequence.tokens, false)
      const { receivedTokens = Infinity } = sequence.request
      sequence.computed = Math.max(match.tokens, Math.min(receivedTokens, sequence.tokens - 1))
      sequence.state = 'receiving'
      this.#aside += 1
    }
    return true
  }

  #hasRoom(sequence: Sequence, match: Match): boolean {
    const has = this.#blocks.blocksFor(match.tokens)
    return match.idleBlocks + this.#blocks.lacking(sequence, sequence.tokens, has) <= this.#cache.free
  }

  #run(sequence: Sequence): void {
    const tokens = this.#share(sequence)
    if (!this.#blocks.reserve(sequence, sequence.computed + tokens)) {
      throw new Error('a sequence was let in for which there are no blocks')
    }
    sequence.state = 'running'
    this.#running.push(sequence)
    this.#compute(sequence, tokens)
  }

  #compute(sequence: Sequence, tokens: number): void {
    const work = this.#work
    if (!isAnswering(sequence)) this.#promptBudget -= tokens
    work.tokens += tokens
    if (tokens === 1) work.context += sequence.computed
    else work.pairs += attentionPairs(sequence.computed, tokens)
    sequence.computed += tokens
    if (sequence.computed !== sequence.tokens) return
    this.#step.tokens.push(sequence)
    // A prompt that came from elsewhere, or is there again after preemption, is no more work than its tokens.
    if (sequence.generated === 0 && !sequence.hasReceived) work.firstTokens += 1
    else work.furtherTokens += 1
  }

  /** Adds the tokens that came out, and ends what is complete. */
  #end(): void {
    let ended = 0
    for (const sequence of this.#step.tokens) {
      sequence.generated += 1
      const { stage, outputTokens } = sequence.request
      if (sequence.generated < (stage === 'prefill' ? 1 : outputTokens)) continue
      ended += 1
      if (stage === 'prefill') {
        sequence.state = 'held'
        this.#aside += 1
      } else {
        sequence.state = 'done'
        this.#blocks.release(sequence)
      }
    }
    if (ended > 0) this.#running = this.#running.filter(({ state }) => state === 'running')
  }
}

/** Whether all that is left to compute of a sequence is its last token: its answer goes on. */
function isAnswering(sequence: Sequence): boolean {
  return sequence.generated > 0 && sequence.tokens - sequence.computed === 1
}
