/** A value that only grows. Adding is one addition: no labels are looked up. */
export class CounterSeries {
  value = 0

  /** Adds `amount`, which is not negative. */
  add(amount: number): void {
    this.value += amount
  }
}

/** A value that goes up and down. */
export class GaugeSeries {
  value = 0

  set(value: number): void {
    this.value = value
  }
}

/** Counts of observations by size. */
export class HistogramSeries {
  /** Upper bounds, ascending; the last count is that of `+Inf`. */
  readonly bounds: readonly number[]
  readonly counts: Float64Array
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  /** Counts one observation; a bound is inclusive, as Prometheus' `le` is. */
  observe(value: number): void {
    const { bounds, counts } = this
    let low = 0
    let high = bounds.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= (bounds[middle] ?? Infinity)) high = middle
      else low = middle + 1
    }
    counts[low] = (counts[low] ?? 0) + 1
    this.sum += value
  }
}
