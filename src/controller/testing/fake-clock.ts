import type { Clock } from '../clock.ts'

interface Waiter {
  readonly at: number
  readonly wake: () => void
}

/** A clock that a test winds. */
export interface FakeClock extends Clock {
  /** Lets time pass, waking in their order those who wait, and lets what they do next begin. */
  pass(ms: number): Promise<void>
}

/** Turns of the event loop that promises get to settle in after each step. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** A clock that stands still until a test winds it. */
export function createFakeClock(): FakeClock {
  let now = 0
  let waiting: Waiter[] = []
  return {
    now: () => now,
    date: () => new Date(Date.UTC(2026, 0, 1) + now),
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve()
        const waiter = { at: now + Math.max(0, ms), wake: resolve }
        waiting.push(waiter)
        signal?.addEventListener('abort', () => {
          waiting = waiting.filter((other) => other !== waiter)
          resolve()
        })
      }),
    async pass(ms) {
      const end = now + ms
      await settle()
      for (;;) {
        const next = waiting.toSorted((a, b) => a.at - b.at)[0]
        if (next === undefined || next.at > end) break
        now = Math.max(now, next.at)
        waiting = waiting.filter((other) => other !== next)
        next.wake()
        await settle()
      }
      now = end
      await settle()
    },
  }
}
