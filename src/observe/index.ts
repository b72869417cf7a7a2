/**
 * What Fairlead tells about itself: the table of metrics and their registry, the logger, the access log, the load report;
 * and what is made of it for people: Grafana dashboards, Prometheus alerts. `report` has a door of its own: who only reads
 * what a gateway reports does without the libraries that export metrics.
 */
export {
  alertRules,
  defaultSlo,
  recordingRules,
  type AlertingRule,
  type AlertOptions,
  type RecordingRule,
  type RuleGroup,
  type Slo,
} from './alerts/index.ts'
export { createAccessLog, type AccessLog, type AccessRecord } from './access-log.ts'
export { dashboards, type DashboardOptions, type GrafanaDashboard } from './dashboards/index.ts'
export { createLogger, destinationOf, logLevels, type Logger } from './logger.ts'
export { metricTable, type MetricRow } from './metric-table.ts'
export { createMetrics, type Metrics } from './metrics.ts'
export type { SeriesTable } from './series-table.ts'
export type { CounterSeries, HistogramSeries } from './series.ts'
export { engineSignals, metricNamesOf, type EngineMetricNames, type EngineSignal } from './queries/index.ts'
export { SeriesFold } from './shared-cells.ts'
export { version } from './version.ts'
