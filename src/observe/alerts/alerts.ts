import type { EngineName } from '../../fleet/index.ts'
import {
  allEngineMetricNames,
  conditionsOf,
  literal,
  metricNamesOf,
  quoted,
  type ScrapeLabels,
} from '../queries/index.ts'
import type { Alert, AlertingRule, AlertScope, ModelSlo, RuleGroup, Slo } from './contract.ts'
import { failedShareRules } from './failed-share.ts'
import { gatewayAlerts } from './gateway-alerts.ts'
import { gpuAlerts } from './gpu-alerts.ts'
import { modelAlerts } from './model-alerts.ts'
import { replicaAlerts } from './replica-alerts.ts'

/** What alerts are made for. */
export interface AlertOptions {
  /** Name of the Fleet: the label `fleet` of every alert; absent where there is only one. */
  readonly fleet?: string
  /** The engines of its models; all of them when absent. */
  readonly engines?: readonly EngineName[]
  /** Labels that its series have got at the scrape, such as `{ namespace: 'llm' }`; none when absent. */
  readonly labels?: ScrapeLabels
  /** What users are promised; where absent, `defaultSlo`. */
  readonly slo?: Partial<Slo>
  /** What users of single models are promised instead, by model. */
  readonly models?: Readonly<Record<string, Partial<Slo>>>
  /** Whether alerts on GPUs are in: once where several Fleets share GPUs. Default true. */
  readonly gpus?: boolean
  /** Page of the runbooks. */
  readonly runbooks?: string
}

/** What holds where nothing is promised: a chat that feels alive, and one request in 200 that may fail. */
export const defaultSlo: Slo = { availability: 0.995, ttftSeconds: 2, tpotSeconds: 0.1 }

const defaultRunbooks = 'https://fairlead.dev/docs/runbooks'

/** The SLOs with the models that each holds for. */
function slosOf(slo: Partial<Slo>, models: Readonly<Record<string, Partial<Slo>>>): readonly ModelSlo[] {
  const names = Object.keys(models)
  const others = names.map(literal).join('|')
  const promised = (own: Partial<Slo>, condition: ModelSlo['models']): ModelSlo => ({
    ...defaultSlo,
    ...slo,
    ...own,
    models: condition,
  })
  const general = promised({}, (label) => (names.length === 0 ? [] : [`${label}!~${quoted(others)}`]))
  return [general, ...names.map((name) => promised(models[name] ?? {}, (label) => [`${label}=${quoted(name)}`]))]
}

function scopeOf({ fleet, engines, labels = {}, slo = {}, models = {} }: AlertOptions): AlertScope {
  return {
    only: conditionsOf(labels),
    engines: engines === undefined ? allEngineMetricNames : metricNamesOf(engines),
    recorded: conditionsOf(fleetLabel(fleet)),
    slos: slosOf(slo, models),
  }
}

const fleetLabel = (fleet: string | undefined): ScrapeLabels => (fleet === undefined ? {} : { fleet })

const groupName = (fleet: string | undefined, part: string): string =>
  fleet === undefined ? `fairlead-${part}` : `fairlead-${fleet}-${part}`

/** Every alert of a Fleet, as groups of Prometheus rules; they need those of `recordingRules` beside them. */
export function alertRules(options: AlertOptions = {}): readonly RuleGroup[] {
  const { fleet, gpus = true, runbooks = defaultRunbooks } = options
  const scope = scopeOf(options)
  const toRule = ({ name, severity, for: holds, expression, summary, description }: Alert): AlertingRule => ({
    alert: name,
    expr: expression,
    for: holds,
    labels: { severity, ...fleetLabel(fleet) },
    annotations: { summary, description, runbook_url: `${runbooks}#${name.toLowerCase()}` },
  })
  const parts: Readonly<Record<string, readonly Alert[]>> = {
    models: modelAlerts(scope),
    replicas: replicaAlerts(scope),
    gateway: gatewayAlerts(scope),
    ...(gpus ? { gpus: gpuAlerts() } : {}),
  }
  return Object.entries(parts).map(([part, alerts]) => ({ name: groupName(fleet, part), rules: alerts.map(toRule) }))
}

/** What alerts ask for at every evaluation, computed once. */
export function recordingRules({ fleet, labels = {} }: AlertOptions = {}): readonly RuleGroup[] {
  const rules = failedShareRules(conditionsOf(labels), fleetLabel(fleet))
  return [{ name: groupName(fleet, 'records'), rules }]
}
