import { setTimeout as delay } from 'node:timers/promises'

/** Time and chance as the supervisor sees them; tests hand in their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `durationMs`, or as soon as `signal` fires; never rejects. */
  wait(durationMs: number, signal?: AbortSignal): Promise<void>
  /** 0 to 1, 1 excluded. */
  random(): number
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: Date.now,
  wait: (durationMs, signal) => delay(durationMs, undefined, { signal }).catch(() => undefined),
  random: Math.random,
}
