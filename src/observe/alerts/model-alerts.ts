import { engineExpressions, engineSignals, max, quantile, rate, select, sum } from '../queries/index.ts'
import type { Alert, AlertScope, ModelSlo } from './contract.ts'
import { failedShare, type Window } from './failed-share.ts'

/** Requests in ten minutes below which a quantile tells nothing. */
const enoughRequests = 10

/** What users of a model feel: no answer, errors, slow answers, waiting. */
export function modelAlerts(scope: AlertScope): readonly Alert[] {
  const { only, slos } = scope
  const ready = max(select('fairlead_gateway_replica_ready', only), 'model')
  const unserved = rate(select('fairlead_gateway_requests_total', [...only, 'reason="no_ready_replica"']), '5m')
  const queue = sum(select('fairlead_queue_length', only), 'model')
  const leftQueue = select('fairlead_queue_outcomes_total', [...only, 'reason=~"queue_full|queue_timeout"'])
  const fallbacks = sum(rate(select('fairlead_disaggregation_fallbacks_total', only), '10m'), 'model')
  const split = sum(rate(select('fairlead_disaggregation_requests_total', [...only, 'reason=""']), '10m'), 'model')
  return [
    {
      name: 'FairleadNoReadyReplica',
      severity: 'critical',
      for: '2m',
      expression: `${ready} == 0 or ${sum(unserved, 'model')} > 0`,
      summary: 'No replica of {{ $labels.model }} is ready',
      description: 'Requests for {{ $labels.model }} are refused with no_ready_replica.',
    },
    {
      name: 'FairleadErrorBudgetBurnsFast',
      severity: 'critical',
      for: '2m',
      expression: anyModel(slos, (slo) => burns(scope, slo, 14.4, ['1h', '5m'])),
      summary: 'Requests for {{ $labels.model }} fail',
      description:
        '{{ $value | humanizePercentage }} of the requests of the last hour failed on our side: at this rate the errors of a month are spent in two days.',
    },
    {
      name: 'FairleadErrorBudgetBurns',
      severity: 'warning',
      for: '15m',
      expression: anyModel(slos, (slo) => burns(scope, slo, 6, ['6h', '30m'])),
      summary: 'Some requests for {{ $labels.model }} keep failing',
      description:
        '{{ $value | humanizePercentage }} of the requests of the last six hours failed on our side: at this rate the errors of a month are spent in five days.',
    },
    {
      name: 'FairleadTtftOverSlo',
      severity: 'warning',
      for: '10m',
      expression: anyModel(slos, ({ ttftSeconds, models }) =>
        overSlo('fairlead_gateway_ttft_seconds', [...only, ...models('model')], 'model', ttftSeconds),
      ),
      summary: 'First tokens of {{ $labels.model }} come late',
      description: '5 % of streams wait longer than {{ $value | humanizeDuration }} for their first token.',
    },
    ...tpotAlert(scope),
    {
      name: 'FairleadQueueGrows',
      severity: 'warning',
      for: '5m',
      expression: `${queue} > ${sum(`${select('fairlead_queue_length', only)} offset 10m`, 'model')} and min_over_time((${queue})[10m:1m]) > 0`,
      summary: 'The queue of {{ $labels.model }} grows',
      description: '{{ $value }} requests wait in the gateway; the queue has not been empty for ten minutes and grows.',
    },
    {
      name: 'FairleadQueueRefuses',
      severity: 'warning',
      for: '5m',
      expression: `${sum(rate(leftQueue, '5m'), 'model, reason')} > 0`,
      summary: 'Requests for {{ $labels.model }} are turned away ({{ $labels.reason }})',
      description: '{{ printf "%.2g" $value }} requests a second find the queue full or wait in it in vain.',
    },
    {
      name: 'FairleadPrefillFallbacks',
      severity: 'warning',
      for: '10m',
      expression: `${fallbacks} / ${split} > 0.05`,
      summary: 'Prefill replicas of {{ $labels.model }} fail to hand over',
      description:
        '{{ $value | humanizePercentage }} of the requests that were split are computed by their decode replica alone: first tokens come later, decode replicas are slowed.',
    },
  ]
}

/** One expression over models with different promises. */
const anyModel = (slos: readonly ModelSlo[], express: (slo: ModelSlo) => string): string =>
  slos.map(express).join(' or ')

/** Failures above `factor` times what the promise allows, in a long window and still in a short one. */
function burns(
  { recorded }: AlertScope,
  slo: ModelSlo,
  factor: number,
  [long, short]: readonly [Window, Window],
): string {
  // Rounded, so that binary fractions do not show.
  const limit = Number((factor * (1 - slo.availability)).toPrecision(6))
  const share = (window: Window): string => select(failedShare(window), [...recorded, ...slo.models('model')])
  return `(${share(long)} > ${limit} and ${share(short)} > ${limit})`
}

function overSlo(histogram: string, conditions: readonly string[], by: string, seconds: number): string {
  const slow = `${quantile(0.95, histogram, conditions, { by, window: '10m' })} > ${seconds}`
  const count = sum(`increase(${select(`${histogram}_count`, conditions)}[10m])`, by)
  return `(${slow} and ${count} >= ${enoughRequests})`
}

function tpotAlert({ only, engines, slos }: AlertScope): readonly Alert[] {
  const expressions = slos.flatMap(({ tpotSeconds, models }) =>
    engineExpressions(engineSignals.tpot, engines, (metric) =>
      overSlo(metric, [...only, ...models('model_name')], 'model_name', tpotSeconds),
    ),
  )
  if (expressions.length === 0) return []
  return [
    {
      name: 'FairleadTpotOverSlo',
      severity: 'warning',
      for: '10m',
      expression: expressions.join(' or '),
      summary: 'Tokens of {{ $labels.model_name }} come slowly',
      description: '5 % of requests wait longer than {{ $value | humanizeDuration }} between their tokens.',
    },
  ]
}
