import { setTimeout as delay } from 'node:timers/promises'
import { ClusterError } from '../../../kubernetes/index.ts'

/** A server that restarts is back within this time, mostly. */
const longestMs = 120_000
const firstDelayMs = 250
const longestDelayMs = 5_000

/** Failures after which the same request may succeed, and after which repeating it does no harm. */
const passing = new Set(['unreachable', 'timeout', 'too-many-requests'])

/** Does what can be done twice without harm, again and again while the server is away. */
export async function withRetries<Result>(
  work: () => Promise<Result>,
  signal: AbortSignal,
  onWait: (reason: string) => void = () => undefined,
): Promise<Result> {
  const deadline = Date.now() + longestMs
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ClusterError) || !passing.has(error.reason) || Date.now() > deadline) throw error
      onWait(error.reason)
      await delay(Math.max(delayMs, error.retryAfterMs ?? 0), undefined, { signal })
    }
  }
}
