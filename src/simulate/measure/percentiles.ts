import type { Percentiles } from '../contract.ts'

/** Mean, and percentiles by the nearest rank; 0 where there are no figures. */
export function percentilesOf(figures: Float64Array): Percentiles {
  const sorted = figures.slice().sort()
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  const mean = sorted.length === 0 ? 0 : sorted.reduce((sum, figure) => sum + figure, 0) / sorted.length
  return { mean, p50: at(0.5), p90: at(0.9), p99: at(0.99) }
}
