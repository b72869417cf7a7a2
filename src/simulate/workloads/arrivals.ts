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

/** Times of Poisson arrivals at a rate for a while, milliseconds from its beginning. */
export function stepTimes(draw: Draw, { perSecond, seconds }: RateStep): number[] {
  const times: number[] = []
  const gap = poissonGaps(draw, perSecond)
  for (let at = gap(); at < seconds * 1000; at += gap()) times.push(at)
  return times
}
