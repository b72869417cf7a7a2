/** How many observations lay up to each bound, the last count those beyond all. */
export interface Histogram {
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
}

/**
 * The value below which a share of the observations lies, between bounds by the share of the count (as Prometheus'
 * `histogram_quantile`); null without observations. Beyond the last bound it is that bound.
 */
export function histogramQuantile({ bounds, counts }: Histogram, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  const wanted = total * share
  let below = 0
  for (const [index, count] of counts.entries()) {
    if (count > 0 && below + count >= wanted) {
      const lower = index === 0 ? 0 : (bounds[index - 1] ?? 0)
      const upper = bounds[index] ?? lower
      return lower + ((upper - lower) * (wanted - below)) / count
    }
    below += count
  }
  return null
}

/** Histograms with the same bounds as one; those with other bounds than the first, of a gateway of another version, are left out. */
export function sumHistograms(histograms: readonly Histogram[]): Histogram {
  const [first] = histograms
  if (first === undefined) return { bounds: [], counts: [] }
  const alike = histograms.filter(({ bounds }) => bounds.join() === first.bounds.join())
  return {
    bounds: first.bounds,
    counts: first.counts.map((_, index) => alike.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0)),
  }
}
