import { retryAfterSeconds } from '../../../scheduling/index.ts'
import type { QueueFigures } from './queue-figures.ts'

/** Seconds until another try is worth while, from a queue's figures, and spread at random. */
export function tellRetryAfter({ length, drainPerSecond }: QueueFigures): number {
  return retryAfterSeconds({ waiting: length, drainPerSecond, random: Math.random() })
}
