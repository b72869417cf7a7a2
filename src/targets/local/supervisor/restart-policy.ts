import type { Milliseconds } from '../../../fleet/index.ts'

/** How a process that ended is started again. */
export interface RestartPolicy {
  /** Pause after the first crash. */
  readonly firstDelayMs: Milliseconds
  /** What each further crash multiplies the pause by. */
  readonly factor: number
  /** The pause before the verdict grows no longer than this. */
  readonly longestDelayMs: Milliseconds
  /** Share by which a pause varies up and down, so that replicas do not start in step. */
  readonly jitter: number
  /** Crashes in a row until it is called a crash loop. */
  readonly crashesUntilVerdict: number
  /** A process that served this long has the crashes before it forgotten. */
  readonly stableAfterMs: Milliseconds
  /** Pause between the slow attempts after the verdict. */
  readonly crashLoopDelayMs: Milliseconds
}

/** The verdict comes after about 4 s of pauses (0.25 + 0.5 + 1 + 2), soon enough for a person who waits for `up`. */
export const defaultRestartPolicy: RestartPolicy = {
  firstDelayMs: 250,
  factor: 2,
  longestDelayMs: 30_000,
  jitter: 0.2,
  crashesUntilVerdict: 5,
  stableAfterMs: 60_000,
  crashLoopDelayMs: 60_000,
}

/** What is done about a process that ended. */
export interface RestartDecision {
  readonly state: 'restarting' | 'crash-loop'
  readonly delayMs: Milliseconds
  /** Crashes in a row, this one included. */
  readonly crashes: number
}

/**
 * Decides when a process is started again: exponential backoff with jitter, then slow attempts.
 * @param crashesBefore crashes in a row before this one
 * @param servedMs how long it was ready before it ended; 0 when it never was
 * @param random 0 to 1
 */
export function decideRestart(
  policy: RestartPolicy,
  crashesBefore: number,
  servedMs: Milliseconds,
  random: number,
): RestartDecision {
  const crashes = servedMs >= policy.stableAfterMs ? 1 : crashesBefore + 1
  const isLoop = crashes >= policy.crashesUntilVerdict
  const pauseMs = isLoop
    ? policy.crashLoopDelayMs
    : Math.min(policy.firstDelayMs * policy.factor ** (crashes - 1), policy.longestDelayMs)
  return {
    state: isLoop ? 'crash-loop' : 'restarting',
    delayMs: Math.round(pauseMs * (1 + policy.jitter * (2 * random - 1))),
    crashes,
  }
}
