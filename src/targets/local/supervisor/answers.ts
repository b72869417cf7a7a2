import { request } from 'node:http'
import type { Milliseconds } from '../../../fleet/index.ts'
import type { Clock } from './clock.ts'

/** The status of a GET, or undefined when there was no answer in time. The body is not read. */
function statusOf(url: string, timeoutMs: Milliseconds, signal: AbortSignal): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>()
  const attempt = request(url, { agent: false, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })
  attempt.on('response', (response) => {
    resolve(response.statusCode)
    response.destroy()
  })
  attempt.on('error', () => resolve(undefined))
  attempt.on('close', () => resolve(undefined))
  attempt.end()
  return promise
}

/** Pauses between two questions to a process that starts; an engine is often ready within a second. */
const firstPauseMs = 50
const longestPauseMs = 500

/** Resolves once a GET is answered with 200; rejects with the signal's reason when it fires first. */
export async function untilOk(url: string, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    signal.throwIfAborted()
    if ((await statusOf(url, 5_000, signal)) === 200) return
    await clock.wait(pauseMs, signal)
  }
}

/** How silence is told from load. */
export interface SilencePolicy {
  readonly intervalMs: Milliseconds
  readonly timeoutMs: Milliseconds
  /** Questions in a row without any answer until it counts as hung. */
  readonly limit: number
}

/** A busy engine answers its health late; one that says nothing for about a minute does not come back. */
export const defaultSilencePolicy: SilencePolicy = { intervalMs: 2_000, timeoutMs: 10_000, limit: 6 }

/**
 * Resolves with a problem after several questions in a row without any answer, or with undefined when `signal` fires.
 * Questions are counted, not time, so that a laptop's sleep is no silence; an answer of any status counts.
 */
export async function untilSilent(
  url: string,
  policy: SilencePolicy,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let unanswered = 0; !signal.aborted;) {
    await clock.wait(policy.intervalMs, signal)
    if (signal.aborted) return undefined
    unanswered = (await statusOf(url, policy.timeoutMs, signal)) === undefined ? unanswered + 1 : 0
    if (unanswered >= policy.limit) return `gave no answer on ${url} ${unanswered} times in a row`
  }
  return undefined
}
