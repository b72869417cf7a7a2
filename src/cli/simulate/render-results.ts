import { judge, type Percentiles, type SimulationResult, type SweepAxis } from '../../simulate/index.ts'
import { fitColumns, type Column } from '../console/index.ts'
import { renderTerms, wrap } from '../help/index.ts'
import type { Paint } from '../output.ts'
import { grouped, money, perSecond } from '../size/index.ts'
import { formatMs, formatPercent, hitShare } from './figures.ts'
import { resultFigures } from './result-figures.ts'
import type { Surface } from './surface.ts'
import { axisTitles, type Setting, type SweepResults } from './setting.ts'

const right = (title: string): Column => ({ title, align: 'right' })

/** What a narrow terminal does without, the least important first. */
const dispensable = ['OUT/S', 'TPOT P50', '1 M OUT', 'TTFT P99', 'SPREAD']

const figureColumns: readonly Column[] = [
  right('GOODPUT'),
  right('TTFT P50'),
  right('TTFT P90'),
  right('TTFT P99'),
  right('TPOT P50'),
  right('TPOT P99'),
  right('HITS'),
  right('SPREAD'),
  right('OUT/S'),
  right('1 M OUT'),
]

const legend =
  'GOODPUT: share of requests within the SLO. HITS: prompt tokens found in a cache, of what one cache as large as all would hold. SPREAD: work of the busiest replica over the mean. OUT/S: generated tokens a second, all replicas. 1 M OUT: price of a million of them.'

const legendLines = ({ columns, paint }: Surface) => ['', ...wrap(legend, columns).map((line) => paint.dim(line))]

/** The best goodput stands out. */
function highlighted(cells: readonly string[], isBest: boolean, paint: Paint): readonly string[] {
  return isBest ? cells.map((cell, index) => (index === 1 ? paint.green(cell) : cell)) : cells
}

/** Policies beside each other, in the order in which they were asked for. */
export function renderPolicies(results: readonly SimulationResult[], surface: Surface): readonly string[] {
  const { paint } = surface
  const best = Math.max(...results.map(({ goodput }) => goodput))
  const rows = results.map((result) =>
    highlighted(
      [paint.bold(result.policy), ...resultFigures(result, surface.currency)],
      result.goodput === best,
      paint,
    ),
  )
  return [
    ...fitColumns([{ title: 'POLICY' }, ...figureColumns], rows, dispensable, surface.tableColumns),
    ...legendLines(surface),
  ]
}

const three = ({ p50, p90, p99 }: Percentiles) => `${formatMs(p50)} p50, ${formatMs(p90)} p90, ${formatMs(p99)} p99`

/** One policy, a figure a line. */
export function renderPolicy(result: SimulationResult, { columns, paint, currency }: Surface): readonly string[] {
  const { ttftMs, tpotMs, e2eMs, queue } = result
  const hits = hitShare(result)
  const found = `${formatPercent(result.promptTokens === 0 ? 0 : result.hitTokens / result.promptTokens)} of all prompt tokens`
  const terms: readonly (readonly [string, string])[] = [
    ['Goodput', `${formatPercent(result.goodput)} of the requests within the SLO`],
    ['TTFT', three(ttftMs)],
    ['TPOT', three(tpotMs)],
    ['End to end', three(e2eMs)],
    [
      'Cache hits',
      hits === null ? found : `${found}, ${formatPercent(hits)} of what one cache as large as all would hold`,
    ],
    ...(result.rejected === 0
      ? []
      : ([['Rejected', `${grouped(result.rejected)} requests that no replica can hold even alone`]] as const)),
    ['Load', `the busiest replica has ${result.loadSpread.toFixed(2)} times the mean work`],
    [
      'Waiting',
      `${Number(queue.mean.toPrecision(2))} requests in the engines on average, ${grouped(queue.most)} at the most; ${grouped(result.preemptions)} preempted`,
    ],
    [
      'Throughput',
      `${perSecond(result.outputTokensPerSecond)} generated tokens/s over ${formatMs(result.simulatedSeconds * 1000)}`,
    ],
    ...(result.costPerMillionTokens > 0
      ? ([['A million tokens', `${money(result.costPerMillionTokens, currency)} generated, prompts included`]] as const)
      : []),
    ['Simulated in', formatMs(result.wallSeconds * 1000)],
  ]
  return [`Policy ${paint.bold(result.policy)}`, ...renderTerms(terms, columns, paint.dim)]
}

/** Results along an axis: a line a place and policy. */
export function renderSweep(axis: SweepAxis, points: readonly SweepResults[], surface: Surface): readonly string[] {
  const { paint } = surface
  const several = (points[0]?.results.length ?? 0) > 1
  const first: readonly Column[] = [
    axis === 'gpu' ? { title: 'GPU' } : right(axisTitles[axis].toUpperCase()),
    ...(several ? [{ title: 'POLICY' }] : []),
  ]
  const rows = points.flatMap(({ value, results }) =>
    results.map((result, index) => [
      index === 0 ? paint.bold(String(value)) : '',
      ...(several ? [result.policy] : []),
      ...resultFigures(result, surface.currency),
    ]),
  )
  return [...fitColumns([...first, ...figureColumns], rows, dispensable, surface.tableColumns), ...legendLines(surface)]
}

/** Whether the SLO that was asked for is held, in words. */
export function verdictLines(
  result: SimulationResult,
  { simulation, share }: Setting,
  { columns, paint }: Surface,
): readonly string[] {
  const { holds, fails } = judge(result, simulation.slo, share)
  if (holds) return [paint.green(`The SLO holds with policy ${result.policy}.`)]
  return wrap(`The SLO does not hold with policy ${result.policy}: ${fails.join('; ')}.`, columns).map((line) =>
    paint.red(line),
  )
}
