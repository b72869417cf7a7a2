/**
 * What a gateway reports of its load and of its decisions about replicas, and what readers work out of it. Pure.
 */
export { histogramQuantile, sumHistograms, type Histogram } from './histogram-quantile.ts'
export { loadReportSchema, type LoadReport } from './load-report.ts'
export { requestReportSchema, type RecordedRequest, type RequestReport } from './request-report.ts'
export { poolScalingSchema, type PoolScaling } from './scaling-report.ts'
