/** What a chart is called. */
export interface ChartFacts {
  /** Name of the Fleet, and of the chart. */
  readonly fleet: string
  /** Version of Fairlead, and of the chart: SemVer 2. */
  readonly version: string
  /** Namespace that the Fleet names: the release’s takes its place. */
  readonly namespace: string | undefined
}
