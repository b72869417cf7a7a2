import type { Histogram } from '../../../observe/report/index.ts'

/** Observations in all. */
export const sizeOf = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0)

/** Observations that are certainly larger: those of buckets that begin at or above the limit. */
export function countAbove({ bounds, counts }: Histogram, limit: number): number {
  return counts.reduce((sum, count, index) => {
    const lower = index === 0 ? 0 : (bounds[index - 1] ?? 0)
    return lower >= limit ? sum + count : sum
  }, 0)
}

/** A sum with the difference of two later states; one with other bounds, of a gateway of another version, is left out. */
export function addTo(sum: Histogram, now: Histogram, before: Histogram): Histogram {
  if (sum.bounds.length > 0 && sum.bounds.join() !== now.bounds.join()) return sum
  return {
    bounds: now.bounds,
    counts: now.counts.map((count, index) => (sum.counts[index] ?? 0) + count - (before.counts[index] ?? 0)),
  }
}
