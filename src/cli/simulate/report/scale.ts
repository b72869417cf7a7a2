/** Places of values along an axis. */
export interface Scale {
  /** Where a value stands; one beyond the axis stands at its end. */
  at(value: number): number
  /** Values that are worth a mark, from the lowest on. */
  readonly ticks: readonly number[]
  readonly isLogarithmic: boolean
}

/** 1, 2 or 5 times a power of ten: the least step that leaves at most `most` of them below `end`. */
function niceStep(end: number, most: number): number {
  const raw = end / most
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = [1, 2, 5, 10].find((one) => one * power >= raw * 0.999) ?? 10
  return factor * power
}

/** An axis from 0 to the largest value, or a bit beyond. */
export function linearScale(largest: number, from: number, to: number, ticks = 5): Scale {
  const end = largest > 0 ? largest : 1
  const step = niceStep(end, ticks)
  const last = Math.ceil(end / step - 1e-9) * step
  const count = Math.round(last / step)
  return {
    isLogarithmic: false,
    at: (value) => from + (Math.min(Math.max(value, 0), last) / last) * (to - from),
    ticks: Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12))),
  }
}

/** An axis of powers of ten around values above 0. */
function logarithmicScale(smallest: number, largest: number, from: number, to: number): Scale {
  const low = Math.floor(Math.log10(smallest) + 1e-9)
  const high = Math.max(low + 1, Math.ceil(Math.log10(largest) - 1e-9))
  const place = (value: number) => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)
  return {
    isLogarithmic: true,
    at: (value) => from + Math.min(1, Math.max(0, place(value))) * (to - from),
    ticks: Array.from({ length: high - low + 1 }, (_, index) => Number((10 ** (low + index)).toPrecision(6))),
  }
}

/** Values so far apart that the small ones would vanish on an even axis. */
const farApart = 40

/** An even axis, or one of powers of ten where the values are far apart. */
export function scaleFor(values: readonly number[], from: number, to: number): Scale {
  const above = values.filter((value) => value > 0 && Number.isFinite(value))
  const largest = Math.max(0, ...above)
  const smallest = Math.min(...above)
  return above.length > 0 && largest / smallest > farApart
    ? logarithmicScale(smallest, largest, from, to)
    : linearScale(largest, from, to)
}
