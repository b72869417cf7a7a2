import { targetNames } from '../targets/contract.ts'
import type { Span } from './statistics.ts'
import type { Result } from './summarise.ts'

/** What is kept of a run: what can be compared with another one of the same machine. */
export interface KeptResult {
  readonly date: string
  readonly mode: Result['mode']
  readonly version: string
  readonly machine: string
  /** By name: median, lowest, highest. */
  readonly figures: Readonly<Record<string, readonly [median: number, low: number, high: number]>>
  readonly bars: { readonly held: number; readonly of: number }
  readonly faults: number
  /** What other work took of the busier of the two cores, where there was most of it. */
  readonly foreign: number
}

/** How a figure stands to the last run's. */
export interface Change {
  readonly name: string
  readonly before: Span
  readonly now: Span
  readonly verdict: 'worse' | 'better'
}

/** The comparison with the last run; undefined when there is none to compare with. */
export interface Comparison {
  readonly date: string
  readonly version: string
  readonly changes: readonly Change[]
  /** Figures that moved no further than they spread, or by less than a tenth. */
  readonly same: number
}

/** Moves of the median below this are not told from noise. */
const smallestChange = 1.1

/** Which figures of a run are kept: ratios for what costs, since absolute costs drift with the machine. */
export function comparableFigures({ rows }: Pick<Result, 'rows'>): Map<string, Span> {
  const found = new Map<string, Span>()
  for (const { key, kind, values, ratios } of rows) {
    if (kind === 'cost') for (const [target, span] of Object.entries(ratios)) found.set(`${key} × ${target}`, span)
    const own = values[targetNames.fairlead]
    if (kind !== 'cost' && own !== undefined) found.set(key, own)
  }
  return found
}

/** Says which figures changed: those whose ranges do not touch and whose medians are more than a tenth apart. */
export function compareWithLast(result: Pick<Result, 'rows'>, last: KeptResult | undefined): Comparison | undefined {
  if (last === undefined) return undefined
  const changes: Change[] = []
  let same = 0
  for (const [name, now] of comparableFigures(result)) {
    const kept = last.figures[name]
    if (kept === undefined) continue
    const [median, low, high] = kept
    const before = { median, low, high }
    if (isWorse(before, now)) changes.push({ name, before, now, verdict: 'worse' })
    else if (isWorse(now, before)) changes.push({ name, before, now, verdict: 'better' })
    else same += 1
  }
  return { date: last.date, version: last.version, changes, same }
}

const isWorse = (before: Span, now: Span) => now.low > before.high && now.median > before.median * smallestChange
