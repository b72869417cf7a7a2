import { setImmediate as nextTurn } from 'node:timers/promises'
import { vi } from 'vitest'

/** Turns of the event loop after which what was sent is taken to be lost. */
const mostTurns = 1_000_000

/**
 * A clock for this process that stands while bytes are under way, and goes on by a millisecond once they have arrived:
 * whoever reads it sees the same course, however busy the machine is. Timers run by it; sockets do as ever.
 */
export class StandingClock {
  readonly #hasArrived: () => boolean
  readonly #startedAt: number

  /** @param hasArrived whether everything that was sent is where it belongs */
  constructor(hasArrived: () => boolean) {
    this.#hasArrived = hasArrived
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
    this.#startedAt = performance.now()
  }

  /** Milliseconds since it was made. */
  get nowMs(): number {
    return performance.now() - this.#startedAt
  }

  /** Goes on until `isOver`, which is asked each millisecond. */
  async runUntil(isOver: () => boolean): Promise<void> {
    await this.#arrival()
    while (!isOver()) {
      vi.advanceTimersByTime(1)
      await this.#arrival()
    }
  }

  /** Time is the machine's again. */
  release(): void {
    vi.useRealTimers()
  }

  async #arrival(): Promise<void> {
    for (let turns = 0; !this.#hasArrived(); turns += 1) {
      if (turns === mostTurns) throw new Error('what was sent has not arrived')
      await nextTurn()
    }
  }
}
