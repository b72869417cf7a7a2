/** The middle of several measures, and how far they spread. */
export interface Span {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The span of some measures; undefined for none. */
export function spanOf(values: readonly number[]): Span | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const { length } = sorted
  const low = sorted[0]
  const high = sorted[length - 1]
  const upper = sorted[Math.floor(length / 2)]
  const lower = sorted[Math.ceil(length / 2) - 1]
  if (low === undefined || high === undefined || upper === undefined || lower === undefined) return undefined
  return { median: (lower + upper) / 2, low, high }
}

/** Combines the first measures of two series, the second ones, and so on; what has no partner is left out. */
export function pairwise(
  first: readonly number[],
  second: readonly number[],
  combine: (one: number, other: number) => number,
): number[] {
  return first.slice(0, second.length).map((value, at) => combine(value, second[at] ?? Number.NaN))
}
