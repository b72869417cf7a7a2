import { setTimeout as wait } from 'node:timers/promises'

/** Time as the controller sees it; tests hand in their own. */
export interface Clock {
  /** Milliseconds that only grow, whatever is done to the wall clock. */
  now(): number
  /** The wall clock, for what people and other processes read. */
  date(): Date
  /** Resolves after a while, or when the signal fires; never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>
}

/** Time as the machine has it. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  wait: (ms, signal) => wait(Math.max(0, ms), undefined, { signal }).catch(() => undefined),
}
