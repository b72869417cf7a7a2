/** The speed of a simulated engine. */
export interface BatchSpeed {
  /** Milliseconds from a sequence's start to its first token. */
  readonly ttftMs: number
  /** Tokens a second of one sequence. */
  readonly tokensPerSecond: number
  /** Sequences that run at once; more wait. */
  readonly maxSequences: number
}

/** A sequence to run. */
export interface BatchSequence {
  /** Tokens until it is done; `Infinity` for one that hangs and never gets a token. */
  readonly tokens: number
  /** Called when it leaves the queue. */
  onStart(): void
  /** Tokens `from` up to but not including `to` are due. */
  onTokens(from: number, to: number): void
}

interface Waiting {
  readonly enqueuedAt: number
  start(at: number): void
}

/**
 * A continuous batch: sequences run side by side at the same speed, at most `maxSequences` of them, others wait first in
 * first out. Each token is due at a fixed time after the sequence's start, and a successor starts when its predecessor's
 * last token was due, so late timers add up to nothing.
 */
export class Batch {
  readonly #speed: BatchSpeed
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor(speed: BatchSpeed) {
    this.#speed = speed
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Runs a sequence; rejects with the signal's reason, or with what a callback throws, once its place is free again. */
  run(sequence: BatchSequence, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined
      let release: ((at: number) => void) | undefined
      const settle = (at: number, finish: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        const place = this.#waiting.indexOf(waiting)
        if (place >= 0) this.#waiting.splice(place, 1)
        release?.(at)
        finish()
      }
      const abort = (): void => settle(performance.now(), () => reject(signal.reason))
      const waiting: Waiting = {
        enqueuedAt: performance.now(),
        start: (at) => {
          this.#running += 1
          release = (end) => this.#release(end)
          const dueAt = (token: number): number =>
            at + this.#speed.ttftMs + (token * 1000) / this.#speed.tokensPerSecond
          let done = 0
          const wait = (): void => {
            timer = setTimeout(step, Math.max(0, Math.ceil(dueAt(done) - performance.now())))
          }
          const step = (): void => {
            const now = performance.now()
            const from = done
            while (done < sequence.tokens && dueAt(done) <= now) done += 1
            try {
              if (done > from) sequence.onTokens(from, done)
            } catch (error) {
              settle(now, () => reject(error))
              return
            }
            if (done < sequence.tokens) wait()
            else settle(dueAt(done - 1), resolve)
          }
          sequence.onStart()
          if (sequence.tokens !== Infinity) wait()
        },
      }
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#waiting.push(waiting)
      this.#startNext(waiting.enqueuedAt)
    })
  }

  #release(at: number): void {
    this.#running -= 1
    this.#startNext(at)
  }

  #startNext(at: number): void {
    if (this.#running >= this.#speed.maxSequences) return
    const next = this.#waiting.shift()
    next?.start(Math.max(at, next.enqueuedAt))
  }
}
