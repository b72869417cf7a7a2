import { ServingError, type GenerationResult, type ServingLoad } from '../serving/index.ts'
import { chooseSlot } from './choose-slot.ts'
import { Generation, type GenerationJob } from './generation.ts'
import type { LlamaSequence } from './node-llama-cpp.ts'
import { planPrefill } from './step-plan.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What the scheduler works with. */
export interface SchedulerOptions {
  readonly sequences: readonly LlamaSequence[]
  readonly vocabulary: Vocabulary
  /** Of one sequence, in tokens. */
  readonly contextLength: number
  readonly batchSize: number
  readonly maxWaiting: number
}

/** A sequence of the context. */
interface Slot {
  readonly sequence: LlamaSequence
  /** Number of the job that used it last. */
  lastUsed: number
}

interface WaitingJob {
  readonly job: GenerationJob
  readonly resolve: (result: GenerationResult) => void
  readonly reject: (reason: unknown) => void
}

interface RunningJob extends WaitingJob {
  readonly slot: Slot
  readonly generation: Generation
}

/**
 * Continuous batching: all running sequences go through the model in common steps, and requests join and leave between two
 * steps. A step hands every sequence its tokens at the same moment and waits for all of them, so that node-llama-cpp puts
 * them into one batch; iterated one by one, its sequences fall out of step and are computed one after the other (measured
 * with 3.22.1 and two sequences: 198 of 200 batches held one token).
 */
export class Scheduler {
  readonly #options: SchedulerOptions
  readonly #idle: Set<Slot>
  readonly #waiting: WaitingJob[] = []
  readonly #running = new Set<RunningJob>()
  #loop: Promise<void> | undefined
  #isClosed = false
  #startedJobs = 0
  #totals = { promptTokens: 0, cachedPromptTokens: 0, generatedTokens: 0 }

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#idle = new Set(options.sequences.map((sequence) => ({ sequence, lastUsed: 0 })))
  }

  load(): ServingLoad {
    const usedTokens = [...this.#running].reduce((sum, { slot }) => sum + slot.sequence.nextTokenIndex, 0)
    const allTokens = this.#options.contextLength * this.#options.sequences.length
    return {
      running: this.#running.size,
      waiting: this.#waiting.length,
      kvCacheUsage: usedTokens / allTokens,
      ...this.#totals,
    }
  }

  /** Runs a job when its turn comes; rejects with the signal's reason once its sequence is free again. */
  run(job: GenerationJob): Promise<GenerationResult> {
    return new Promise((resolve, reject) => {
      job.signal.throwIfAborted()
      if (this.#isClosed) throw new ServingError(503, 'The engine is stopping.', 'ServiceUnavailableError')
      // Idle sequences are given to those who wait between two steps.
      if (this.#waiting.length >= this.#idle.size + this.#options.maxWaiting) {
        throw new ServingError(503, `${this.#options.maxWaiting} requests wait already.`, 'ServiceUnavailableError')
      }
      const waiting: WaitingJob = { job, resolve, reject }
      this.#waiting.push(waiting)
      job.signal.addEventListener('abort', () => this.#leaveQueue(waiting), { once: true })
      this.#loop ??= this.#runSteps()
    })
  }

  /** Ends every job with an error and resolves when the model rests. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the engine was stopped'))
    await this.#loop
  }

  /** A job that runs already leaves after the step under way. */
  #leaveQueue(waiting: WaitingJob): void {
    const place = this.#waiting.indexOf(waiting)
    if (place < 0) return
    this.#waiting.splice(place, 1)
    waiting.reject(waiting.job.signal.reason)
  }

  async #runSteps(): Promise<void> {
    while (this.#waiting.length > 0 || this.#running.size > 0) {
      await this.#admit()
      await this.#step()
    }
    this.#loop = undefined
  }

  /** Gives idle sequences to those who wait, first come, first served. */
  async #admit(): Promise<void> {
    while (this.#idle.size > 0) {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) return
      try {
        await this.#start(waiting)
      } catch (error) {
        waiting.reject(error)
      }
    }
  }

  async #start(waiting: WaitingJob): Promise<void> {
    const { prompt } = waiting.job
    const slot = this.#slotFor(prompt)
    this.#idle.delete(slot)
    slot.lastUsed = ++this.#startedJobs
    try {
      const cachedTokens = await keepCommonPrefix(slot.sequence, prompt)
      const generation = new Generation(waiting.job, slot.sequence, this.#options.vocabulary, cachedTokens)
      this.#running.add({ ...waiting, slot, generation })
      this.#totals.promptTokens += prompt.length
      this.#totals.cachedPromptTokens += cachedTokens
    } catch (error) {
      this.#idle.add(slot)
      throw error
    }
  }

  #slotFor(prompt: readonly number[]): Slot {
    const idle = [...this.#idle].map((slot) => ({
      slot,
      lastUsed: slot.lastUsed,
      cachedTokens: slot.sequence.nextTokenIndex,
      commonTokens: slot.sequence.compareContextTokens(prompt).firstDifferentIndex,
    }))
    const chosen = chooseSlot(idle, prompt.length)
    if (chosen === undefined) throw new Error('there is no idle sequence')
    return chosen.slot
  }

  async #step(): Promise<void> {
    await this.#removeAborted()
    const reading = [...this.#running].filter(({ generation }) => generation.remainingPrompt > 0)
    const shares = planPrefill(
      reading.map(({ generation }) => generation.remainingPrompt),
      this.#running.size - reading.length,
      this.#options.batchSize,
    )
    const shareOf = new Map(reading.map((running, index) => [running, shares[index] ?? 0]))
    // In the order of arrival; those that read and got no share sit this step out.
    const steps = [...this.#running].flatMap((running) => {
      const share = shareOf.get(running)
      return share === 0 ? [] : [this.#advance(running, share ?? 0)]
    })
    await Promise.all(steps)
    await this.#removeAborted()
  }

  async #advance(running: RunningJob, promptTokens: number): Promise<void> {
    const { generation, job, resolve, reject } = running
    const before = job.generated.length
    try {
      await generation.advance(promptTokens)
      const { result } = generation
      if (result === undefined) return
      await this.#free(running)
      resolve(result)
    } catch (error) {
      // What the KV cache holds after a failure is unknown.
      await running.slot.sequence.clearHistory().catch(() => undefined)
      await this.#free(running)
      reject(error)
    } finally {
      this.#totals.generatedTokens += job.generated.length - before
    }
  }

  async #removeAborted(): Promise<void> {
    for (const running of this.#running) {
      const { signal } = running.job
      if (!signal.aborted && !this.#isClosed) continue
      await this.#free(running)
      running.reject(signal.aborted ? signal.reason : new Error('the engine was stopped'))
    }
  }

  async #free(running: RunningJob): Promise<void> {
    this.#running.delete(running)
    await running.generation.release().catch(() => undefined)
    this.#idle.add(running.slot)
  }
}

/** Erases what differs from the prompt; resolves to how many of its tokens stay. At least one is left to compute. */
async function keepCommonPrefix(sequence: LlamaSequence, prompt: readonly number[]): Promise<number> {
  const common = Math.min(sequence.compareContextTokens(prompt).firstDifferentIndex, prompt.length - 1)
  const held = sequence.nextTokenIndex
  if (held > common) await sequence.eraseContextTokenRanges([{ start: common, end: held }])
  // Models with a sliding window or a recurrent state may have to go back further than asked.
  if (sequence.nextTokenIndex > common) await sequence.clearHistory()
  return sequence.nextTokenIndex
}
