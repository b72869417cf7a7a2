import { engineExpressions, quantile, type EngineMetricNames, type EngineSignal } from '../queries/index.ts'
import type { MetricNameOf } from '../metric-table.ts'
import type { Query } from './contract.ts'

/** The quantiles that latencies are shown at. */
const shares = [
  [0.5, 'p50'],
  [0.95, 'p95'],
  [0.99, 'p99'],
] as const

/** p50, p95 and p99 of one of the gateway's histograms, by the labels given. */
export function gatewayQuantiles(
  histogram: MetricNameOf<'histogram'>,
  conditions: readonly string[],
  by = '',
): readonly Query[] {
  return shares.map(([share, name]) => ({
    expression: quantile(share, histogram, conditions, { by }),
    legend: by === '' ? name : `${name} {{${by}}}`,
  }))
}

/** p50, p95 and p99 of a histogram that engines export. */
export function engineQuantiles(
  signal: EngineSignal,
  engines: readonly EngineMetricNames[],
  conditions: readonly string[],
  by: string,
): readonly Query[] {
  return shares.flatMap(([share, name]) =>
    engineQueries(signal, engines, `${name} {{${by}}}`, (metric) => quantile(share, metric, conditions, { by })),
  )
}

/** One query for each engine that tells the signal; they share a legend, since a series has one engine. */
export function engineQueries(
  signal: EngineSignal,
  engines: readonly EngineMetricNames[],
  legend: string,
  express: (metric: string) => string,
): readonly Query[] {
  return engineExpressions(signal, engines, express).map((expression) => ({ expression, legend }))
}
