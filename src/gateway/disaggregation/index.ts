/** Prefill and decode by replicas of their own: the gateway asks both, and needs no sidecar beside the engines. */
export { Disaggregation, type DisaggregationSeries, type Route, type RoutedQuestion } from './disaggregation.ts'
