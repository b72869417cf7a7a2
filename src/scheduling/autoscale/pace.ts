import type { ScalingMemory, ScalingSettings } from './contract.ts'

/** Replicas that may be added at once, whatever there are; the same as a rendered HorizontalPodAutoscaler adds. */
const leastStepUp = 2
/** Replicas that may be removed at once: each takes a cache along. */
const stepDown = 1
/** Longest time in which one step is made. */
const longestPeriodMs = 60_000

/** In which time one step is made: twice the window, so that quick settings are quick throughout. */
export const stepPeriodMs = (windowMs: number): number => Math.min(longestPeriodMs, 2 * windowMs)

/**
 * At most as many as one step allows: up by 2 or to twice as many, whichever is more, and down by 1, from what there was at
 * the period's begin. (Kubernetes documentation, "Horizontal Pod Autoscaling", scaling policies.)
 */
export function paced(
  wanted: number,
  current: number,
  { changes }: ScalingMemory,
  { upAfterMs, downAfterMs }: ScalingSettings,
  nowMs: number,
): number {
  const sum = (periodMs: number, isCounted: (by: number) => boolean): number =>
    changes
      .filter(({ atMs, by }) => nowMs - atMs < periodMs && isCounted(by))
      .reduce((total, { by }) => total + Math.abs(by), 0)
  if (wanted > current) {
    const before = Math.max(0, current - sum(stepPeriodMs(upAfterMs), (by) => by > 0))
    return Math.min(wanted, Math.max(current, before + Math.max(leastStepUp, before)))
  }
  const before = current + sum(stepPeriodMs(downAfterMs), (by) => by < 0)
  return Math.max(wanted, Math.min(current, before - stepDown))
}
