import {
  judge,
  type Recommendation,
  type SimulationResult,
  type SweepAxis,
  type Tried,
} from '../../../simulate/index.ts'
import { money } from '../../size/index.ts'
import { formatMs, formatPercent, hitShare } from '../figures.ts'
import { settingTerms } from '../render-setting.ts'
import { resultFigures } from '../result-figures.ts'
import { axisTitles, judgedOf, type Setting, type SweepResults } from '../setting.ts'
import type { ScalingRun } from '../render-scaling-results.ts'
import { replicasChart } from './replicas-chart.ts'
import { lineChart } from './line-chart.ts'
import { loadChart } from './load-chart.ts'
import { percentileChart } from './percentile-chart.ts'
import { shareChart } from './share-chart.ts'
import { style } from './style.ts'
import { element, type Content, type Markup } from './svg.ts'

/** What came out, to be shown. */
export interface Found {
  readonly results?: readonly SimulationResult[]
  readonly sweep?: { readonly axis: SweepAxis; readonly points: readonly SweepResults[] }
  readonly recommendation?: Recommendation
  /** Scaled replicas first, then fixed numbers of them. */
  readonly scaling?: readonly ScalingRun[]
}

/** A page of its own: no script, nothing to load; it may be mailed. */
export function renderReport(setting: Setting, { results, sweep, recommendation, scaling }: Found): string {
  const title = `Simulation of ${setting.simulation.workload.name}`
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      { markup: '<meta charset="utf-8">' },
      { markup: '<meta name="viewport" content="width=device-width, initial-scale=1">' },
      element('title', {}, title),
      element('style', {}, { markup: style }),
    ),
    element(
      'body',
      {},
      element(
        'main',
        {},
        element('h1', {}, title),
        element(
          'p',
          { class: 'soft' },
          'By fairlead simulate. Figures are of a model of the engines, not of machines.',
        ),
        settingList(setting),
        ...(results === undefined ? [] : resultSections(results, setting)),
        ...(sweep === undefined ? [] : sweepSections(sweep.axis, sweep.points, setting)),
        ...(recommendation === undefined ? [] : recommendationSections(recommendation, setting)),
        ...(scaling === undefined ? [] : scalingSections(scaling, setting)),
        ...assumptions(setting),
      ),
    ),
  )
  return `<!doctype html>\n${page.markup}\n`
}

const settingList = (setting: Setting): Markup =>
  element(
    'dl',
    {},
    ...settingTerms(setting).flatMap(([term, meaning]) => [element('dt', {}, term), element('dd', {}, meaning)]),
  )

const figure = (chart: Markup, ...caption: readonly Content[]): Markup =>
  element('figure', {}, chart, element('figcaption', {}, ...caption))

const key = (name: 'p50' | 'p90' | 'p99'): Content[] => [element('span', { class: `key ${name}` }), `${name} `]

function resultSections(results: readonly SimulationResult[], setting: Setting): readonly Markup[] {
  const { simulation, share } = setting
  const { slo } = simulation
  const rows = (of: (result: SimulationResult) => SimulationResult['ttftMs']) =>
    results.map((result) => ({ name: result.policy, values: of(result), isDefault: result.policy === 'default' }))
  const judged = judgedOf(results)
  const hits = results.flatMap((result) => {
    const found = hitShare(result)
    return found === null ? [] : [{ name: result.policy, share: found, isDefault: result.policy === 'default' }]
  })
  return [
    ...(setting.isSloAsked && judged !== undefined ? [verdict(judged, setting)] : []),
    element('h2', {}, results.length === 1 ? 'Figures' : 'Policies side by side'),
    resultTable(
      setting.currency,
      results.map((result) => ({ cells: [result.policy], result })),
    ),
    element('h2', {}, 'Requests within the SLO'),
    figure(
      shareChart(
        'Requests within the SLO',
        results.map(({ policy, goodput }) => ({ name: policy, share: goodput, isDefault: policy === 'default' })),
        { at: share, text: `asked: ${formatPercent(share)}` },
      ),
      'Goodput: the share of requests that kept TTFT and TPOT. Longer is better.',
    ),
    element('h2', {}, 'Time to first token'),
    figure(
      percentileChart(
        'Time to first token',
        rows(({ ttftMs }) => ttftMs),
        slo.ttftMs,
      ),
      ...key('p50'),
      ...key('p90'),
      ...key('p99'),
      'of all requests. Shorter is better.',
    ),
    element('h2', {}, 'Time per output token'),
    figure(
      percentileChart(
        'Time per output token',
        rows(({ tpotMs }) => tpotMs),
        slo.tpotMs,
      ),
      ...key('p50'),
      ...key('p90'),
      ...key('p99'),
      'of all requests. Shorter is better.',
    ),
    ...(hits.length === 0
      ? []
      : [
          element('h2', {}, 'Cache hits'),
          figure(
            shareChart('Cache hits', hits, null),
            'Prompt tokens found in a cache, of what one cache as large as all together would hold. Longer is better.',
          ),
        ]),
    element('h2', {}, 'Load of each replica'),
    figure(
      loadChart('Load of each replica', results),
      'Uncached prompt tokens and generated tokens of each replica, busiest first; the line is the mean, the figure the busiest over the mean. Even is better.',
    ),
  ]
}

function scalingSections(runs: readonly ScalingRun[], { simulation, currency }: Setting): readonly Markup[] {
  const scaled = runs.find(({ result }) => result.scaling !== null)?.result
  return [
    ...(scaled === undefined || scaled.scaling === null
      ? []
      : [
          element('h2', {}, 'Replicas over time'),
          figure(
            replicasChart('Replicas over time', scaled.scaling, {
              seconds: scaled.simulatedSeconds,
              fixed: simulation.replicas,
            }),
            'Replicas that serve, and those that hold GPUs; the dashed line is the most.',
          ),
        ]),
    element('h2', {}, 'Scaled beside fixed'),
    resultTable(
      currency,
      runs.map(({ name, result, gpuHours }) => ({ cells: [name, gpuHours.toFixed(1), result.policy], result })),
      ['replicas', 'GPU-hours'],
    ),
  ]
}

function sweepSections(
  axis: SweepAxis,
  points: readonly SweepResults[],
  { simulation, share, currency }: Setting,
): readonly Markup[] {
  const policies = points[0]?.results.map(({ policy }) => policy) ?? []
  const series = (of: (result: SimulationResult) => number) =>
    policies.map((name, index) => ({
      name,
      values: points.map(({ results }) => {
        const result = results[index]
        return result === undefined ? null : of(result)
      }),
    }))
  const places = points.map(({ value }) => value)
  const common = { axis: axisTitles[axis], places }
  return [
    element('h2', {}, `Goodput by ${axisTitles[axis]}`),
    figure(
      lineChart({
        ...common,
        title: `Goodput by ${axisTitles[axis]}`,
        series: series(({ goodput }) => goodput),
        level: share,
        largest: 1,
        format: (value) => `${Math.round(value * 100)} %`,
      }),
      'The share of requests within the SLO; the dashed line is the share that is asked for.',
    ),
    element('h2', {}, `Time to first token by ${axisTitles[axis]}`),
    figure(
      lineChart({
        ...common,
        title: `TTFT p90 by ${axisTitles[axis]}`,
        series: series(({ ttftMs }) => ttftMs.p90),
        level: simulation.slo.ttftMs,
        format: formatMs,
      }),
      'TTFT p90; the dashed line is the SLO.',
    ),
    element('h2', {}, `Time per output token by ${axisTitles[axis]}`),
    figure(
      lineChart({
        ...common,
        title: `TPOT p90 by ${axisTitles[axis]}`,
        series: series(({ tpotMs }) => tpotMs.p90),
        level: simulation.slo.tpotMs,
        format: formatMs,
      }),
      'TPOT p90; the dashed line is the SLO.',
    ),
    element('h2', {}, 'Figures'),
    resultTable(
      currency,
      points.flatMap(({ value, results }) =>
        results.map((result) => ({ cells: [String(value), result.policy], result })),
      ),
      [axisTitles[axis]],
    ),
  ]
}

/** Fleets that a chart has room for; the table has all. */
const mostBars = 10

const countReplicas = (count: number) => (count === 1 ? '1 replica' : `${count} replicas`)

const nameOf = ({ replicas, choice }: Tried) => `${replicas} × ${choice.name}`

function recommendationSections(
  { best, below, choices }: Recommendation,
  { simulation, currency }: Setting,
): readonly Markup[] {
  const said =
    best === null
      ? 'Nothing that was tried holds the SLO.'
      : `${countReplicas(best.replicas)} of ${best.choice.engine.title} ${best.replicas === 1 ? 'holds' : 'hold'} the SLO${best.pricePerHour === 0 ? '' : ` for ${money(best.pricePerHour, currency)} an hour`}.`
  const less =
    below === null
      ? []
      : [element('p', {}, `With ${countReplicas(below.replicas)}: ${below.verdict.fails.join('; ')}.`)]
  const shown = [...choices, ...(below === null ? [] : [below])]
  const nearest = shown.toSorted((one, other) => other.result.goodput - one.result.goodput).slice(0, mostBars)
  return [
    element('div', { class: best === null ? 'verdict no' : 'verdict' }, element('p', {}, said), ...less),
    element('h2', {}, 'What was tried'),
    resultTable(
      currency,
      shown.map((one) => ({
        cells: [
          `${nameOf(one)}${one.pricePerHour === 0 ? '' : `, ${money(one.pricePerHour, currency)} an hour`}`,
          one.result.policy,
        ],
        result: one.result,
      })),
      ['GPUs'],
    ),
    element('h2', {}, 'Time to first token'),
    figure(
      percentileChart(
        'Time to first token',
        nearest.map((one) => ({
          name: nameOf(one),
          values: one.result.ttftMs,
          isDefault: one === best,
        })),
        simulation.slo.ttftMs,
      ),
      ...key('p50'),
      ...key('p90'),
      ...key('p99'),
      'of all requests. Shorter is better.',
    ),
  ]
}

function verdict(result: SimulationResult, { simulation, share }: Setting): Markup {
  const { holds, fails } = judge(result, simulation.slo, share)
  const text = holds
    ? `The SLO holds with policy ${result.policy}.`
    : `The SLO does not hold with policy ${result.policy}: ${fails.join('; ')}.`
  return element('div', { class: holds ? 'verdict' : 'verdict no' }, text)
}

const headings = ['goodput', 'TTFT p50', 'p90', 'p99', 'TPOT p50', 'p99', 'hits', 'spread', 'out/s', '1 M out']

function resultTable(
  currency: string,
  rows: readonly { readonly cells: readonly string[]; readonly result: SimulationResult }[],
  before: readonly string[] = [],
): Markup {
  const first = [...before, 'policy']
  const head = [
    ...first.map((title) => element('th', { class: 'text' }, title)),
    ...headings.map((title) => element('th', {}, title)),
  ]
  const body = rows.map(({ cells, result }) => {
    const figures = resultFigures(result, currency)
    return element(
      'tr',
      result.policy === 'default' ? { class: 'default' } : {},
      ...cells.map((cell) => element('td', { class: 'text' }, cell)),
      ...figures.map((cell) => element('td', {}, cell)),
    )
  })
  return element(
    'div',
    { class: 'wide' },
    element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body)),
  )
}

const assumptions = ({ simulation }: Setting): readonly Markup[] => [
  element('h2', {}, 'What the engine model takes for granted'),
  element('ul', {}, ...simulation.engine.step.assumptions.map((one) => element('li', {}, one))),
]
