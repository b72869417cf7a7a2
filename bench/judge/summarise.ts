import type { MeasuredScenario, Round } from '../measure/load-report.ts'
import type { Machine } from '../measure/machine.ts'
import type { Mode } from '../options.ts'
import { targetNames } from '../targets/contract.ts'
import { figures, type Figure } from './figures.ts'
import { pairwise, spanOf, type Span } from './statistics.ts'

/** One figure of all targets. */
export interface Row {
  /** `unary_c64.cpu` */
  readonly key: string
  readonly scenario: string
  readonly title: string
  readonly unit: Figure['unit']
  readonly kind: Figure['kind']
  /** By target; for `added`, without the engine itself. */
  readonly values: Readonly<Record<string, Span>>
  /** For `cost`: Fairlead's by that target's, of the same round each. */
  readonly ratios: Readonly<Record<string, Span>>
}

/** What a run found. */
export interface Result {
  readonly date: string
  readonly mode: Mode
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
  /** Errors and lost events, which must not be; one sentence each. */
  readonly faults: readonly string[]
  /** What other work took of the gateways' core and of the load's core, as shares of a core, over all rounds. */
  readonly foreign: { readonly gateway: Span; readonly load: Span }
  readonly measured: readonly MeasuredScenario[]
}

/** Above this share of a core for other work, figures are those of a busy machine. */
const quietShare = 0.2

/** What other work took of the busier of the two cores: in the median round of the scenario that had the most of it. */
export function foreignShare({ measured }: Pick<Result, 'measured'>): number {
  const medians = measured.flatMap(({ rounds }) => {
    const counted = rounds.filter(isThroughGateway)
    return [
      spanOf(counted.map(({ foreignGatewayShare }) => foreignGatewayShare))?.median ?? 0,
      spanOf(counted.map(({ foreignLoadShare }) => foreignLoadShare))?.median ?? 0,
    ]
  })
  return Math.max(0, ...medians)
}

const isThroughGateway = ({ target, windowSeconds }: Round) => target !== targetNames.direct && windowSeconds > 0

/** Whether a run had its two cores to itself; another one is shown, and later ones are not compared with it. */
export const isQuiet = (share: number): boolean => share <= quietShare

/** Turns rounds into figures. */
export function summarise(run: {
  readonly mode: Mode
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly measured: readonly MeasuredScenario[]
}): Result {
  const rows = run.measured.flatMap((scenario) =>
    figures.filter((figure) => figure.scenario === scenario.name).flatMap((figure) => rowOf(figure, scenario)),
  )
  const rounds = run.measured.flatMap((scenario) => scenario.rounds).filter(isThroughGateway)
  const nothing: Span = { median: 0, low: 0, high: 0 }
  return {
    date: new Date().toISOString(),
    ...run,
    rows,
    faults: run.measured.flatMap(faultsOf),
    foreign: {
      gateway: spanOf(rounds.map(({ foreignGatewayShare }) => foreignGatewayShare)) ?? nothing,
      load: spanOf(rounds.map(({ foreignLoadShare }) => foreignLoadShare)) ?? nothing,
    },
  }
}

function rowOf(figure: Figure, { title, rounds }: MeasuredScenario): Row[] {
  const series = new Map<string, number[]>()
  for (const round of rounds) {
    const value = figure.of(round)
    if (value !== undefined) series.set(round.target, [...(series.get(round.target) ?? []), value])
  }
  const direct = series.get(targetNames.direct)
  const ours = series.get(targetNames.fairlead) ?? []
  const values: Record<string, Span> = {}
  const ratios: Record<string, Span> = {}
  for (const [target, measures] of series) {
    if (target === targetNames.direct) continue
    const isAdded = figure.kind === 'added' && direct !== undefined
    const span = spanOf(isAdded ? pairwise(measures, direct, (all, base) => all - base) : measures)
    if (span !== undefined) values[target] = span
    if (figure.kind !== 'cost' || target === targetNames.fairlead) continue
    const ratio = spanOf(pairwise(ours, measures, (one, other) => one / other))
    if (ratio !== undefined) ratios[target] = ratio
  }
  if (Object.keys(values).length === 0) return []
  const { scenario, name, unit, kind } = figure
  return [{ key: `${scenario}.${name}`, scenario: title, title: figure.title, unit, kind, values, ratios }]
}

function faultsOf({ title, rounds }: MeasuredScenario): string[] {
  return rounds.filter(isFaulty).map(({ target, errors, lost, unfinished, errorKinds, foreignGatewayShare }) => {
    const kinds = Object.entries(errorKinds).map(([kind, count]) => `${kind}: ${count}`)
    const what = `${errors} errors, ${lost} events lost, ${unfinished} requests not finished`
    const others = `other work took ${Math.round(foreignGatewayShare * 100)} % of its core`
    return `${target}, ${title}: ${what} (${[...kinds, others].join(', ')})`
  })
}

const isFaulty = ({ errors, lost, unfinished }: Round) => errors + lost + unfinished > 0
