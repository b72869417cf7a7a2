/** Bounds of what clients are told, seconds. OpenAI's clients pass over more than a minute (openai-node 7, client.ts). */
const leastSeconds = 1
const mostSeconds = 60
/** Where nothing has left the queue yet, there is no rate to tell from. */
const unknownSeconds = 2
/** Clients that were refused together come again apart: over this share of the time. */
const spread = 0.5

/** What the time until a try is worth while is told from. */
export interface RetryAfterInput {
  /** Requests that wait. */
  readonly waiting: number
  /** Requests that get a replica, a second; null where that is not known. */
  readonly drainPerSecond: number | null
  /** A number from 0 up to, not including, 1. */
  readonly random: number
}

/**
 * Whole seconds, 1 to 60, after which the queue as it is now will have been served: what waits over the rate at which
 * it gets replicas, and up to half as much again.
 */
export function retryAfterSeconds({ waiting, drainPerSecond, random }: RetryAfterInput): number {
  const drained = drainPerSecond === null ? unknownSeconds : Math.max(waiting, 1) / drainPerSecond
  // Bounded before it is spread: else all who are told the longest time would come together.
  const seconds = Math.min(mostSeconds / (1 + spread), Math.max(leastSeconds, drained))
  return Math.min(mostSeconds, Math.ceil(seconds * (1 + spread * random)))
}
