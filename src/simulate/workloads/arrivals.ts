import type { Draw } from './random.ts'

/** A time between two arrivals, milliseconds. */
export type NextGap = () => number

/** Arrivals that know nothing of each other: a Poisson process. */
export const poissonGaps =
  (draw: Draw, perSecond: number): NextGap =>
  () =>
    draw.exponential(1000 / perSecond)

/**
 * Arrivals in bursts: gamma-distributed gaps whose standard deviation is `variation` times their mean (1 is Poisson).
 * The same as `--burstiness 1 / variation²` of vLLM's `bench serve`.
 */
export function gammaGaps(draw: Draw, perSecond: number, variation: number): NextGap {
  const shape = 1 / variation ** 2
  return () => draw.gamma(shape, 1000 / perSecond / shape)
}

/** A rate for a while. */
export interface RateStep {
  readonly perSecond: number
  readonly seconds: number
}

/** Times of Poisson arrivals that climb a ladder of rates, milliseconds from its foot. */
export function ladderTimes(draw: Draw, ladder: readonly RateStep[]): number[] {
  const times: number[] = []
  let start = 0
  for (const { perSecond, seconds } of ladder) {
    const end = start + seconds * 1000
    const gap = poissonGaps(draw, perSecond)
    for (let at = start + gap(); at < end; at += gap()) times.push(at)
    start = end
  }
  return times
}
