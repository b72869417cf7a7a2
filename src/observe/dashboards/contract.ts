import type { EngineMetricNames } from '../queries/index.ts'

/** A curve, or a number: what is asked and how its series are called. */
export interface Query {
  /** PromQL; `$model`, `$replica`, `$instance` and `$__rate_interval` are filled in by Grafana. */
  readonly expression: string
  /** Name of each series, with labels in double braces, such as `p95 {{model}}`. */
  readonly legend: string
}

/** Units that Grafana knows (its `valueFormats` categories). */
export type Unit =
  | 'short'
  | 'reqps'
  | 'cps'
  | 's'
  | 'percentunit'
  | 'percent'
  | 'bytes'
  | 'mbytes'
  | 'Bps'
  | 'celsius'
  | 'watt'
  | 'hertz'
  | 'bool_yes_no'

/** A panel as data. */
export interface Panel {
  readonly title: string
  /** What it shows and how to read it; Grafana shows it at the panel's corner. */
  readonly description: string
  readonly unit: Unit
  readonly queries: readonly Query[]
  /** Curves over time, or the latest value as a number. */
  readonly kind?: 'curves' | 'number'
  /** Whether curves are stacked, where their sum means something. */
  readonly stacked?: boolean
  /** The value from which on a number is shown in red. */
  readonly badFrom?: number
  /** The value below which a number is shown in red. */
  readonly badBelow?: number
  /** Upper end of the axis, where it is known. */
  readonly top?: number
}

/** Panels under one heading. */
export interface Section {
  readonly title: string
  readonly panels: readonly Panel[]
}

/** A drop-down at the top of a dashboard. */
export interface Variable {
  readonly name: string
  readonly label: string
  /** Such as `label_values(up, instance)`. */
  readonly query: string
}

/** A dashboard before it is laid out. */
export interface Board {
  /** End of its uid and of its file's name. */
  readonly id: string
  readonly title: string
  readonly description: string
  readonly variables: readonly Variable[]
  readonly sections: readonly Section[]
}

/** What a board is made for. */
export interface BoardScope {
  /** Conditions that every selector of Fairlead's and engines' series carries. */
  readonly only: readonly string[]
  readonly engines: readonly EngineMetricNames[]
  /** Conditions on Prometheus's own series `ALERTS` that find the Fleet's, firing. */
  readonly alerts: readonly string[]
}
