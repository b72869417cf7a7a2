import type { EngineMetricNames } from '../queries/index.ts'

/** What a model's users are promised. */
export interface Slo {
  /** Share of requests (0 to 1) that do not fail on our side. */
  readonly availability: number
  /** Seconds to the first token that 95 % of streams stay below. */
  readonly ttftSeconds: number
  /** Seconds between tokens, mean of a request, that 95 % of requests stay below. */
  readonly tpotSeconds: number
}

/** An alert as data. */
export interface Alert {
  /** Its name, and the heading of its runbook in docs/runbooks.md. */
  readonly name: `Fairlead${string}`
  /** `critical` wakes somebody: users cannot work. `warning` waits for the morning. */
  readonly severity: 'critical' | 'warning'
  /** How long the expression must hold before it fires, such as `5m`. */
  readonly for: string
  readonly expression: string
  /** One line, with labels as `{{ $labels.model }}`. */
  readonly summary: string
  /** What it means for whom, and the value. */
  readonly description: string
}

/** What alerts are made for. */
export interface AlertScope {
  /** Conditions that every selector of Fairlead's and engines' series carries. */
  readonly only: readonly string[]
  readonly engines: readonly EngineMetricNames[]
  /** Conditions on recorded series. */
  readonly recorded: readonly string[]
  readonly slos: readonly ModelSlo[]
}

/** An SLO and the models that it holds for. */
export interface ModelSlo extends Slo {
  /** Condition on a label that names the model, such as `model=~"a|b"`; undefined for all. */
  readonly models: (label: string) => readonly string[]
}

/** An alerting rule of Prometheus. */
export interface AlertingRule {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>
}

/** A recording rule of Prometheus. */
export interface RecordingRule {
  readonly record: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
}

/** Rules that are evaluated together; what a rules file and a PrometheusRule hold under `groups`. */
export interface RuleGroup {
  readonly name: string
  readonly rules: readonly (AlertingRule | RecordingRule)[]
}
