/**
 * What dashboards and alerts ask Prometheus: pieces of PromQL, and each engine's and GPU exporter's name for the same fact.
 */
export {
  allEngineMetricNames,
  engineExpressions,
  engineSignals,
  metricNamesOf,
  prefixHitRates,
  type EngineMetricNames,
  type EngineSignal,
} from './engine-signals.ts'
export {
  conditionsOf,
  literal,
  max,
  nameEmpty,
  quantile,
  quoted,
  rate,
  select,
  sum,
  type ScrapeLabels,
} from './promql.ts'
