/**
 * Alerts as code: each is data with its runbook in docs/runbooks.md; a target writes the groups as a rules file of
 * Prometheus or as a PrometheusRule.
 */
export { alertRules, defaultSlo, recordingRules, type AlertOptions } from './alerts.ts'
export type { AlertingRule, RecordingRule, RuleGroup, Slo } from './contract.ts'
