import { engineExpressions, engineSignals, max, select, sum } from '../queries/index.ts'
import type { Alert, AlertScope } from './contract.ts'

const byReplica = (selector: string): string => max(selector, 'model, replica')

/** Single replicas and their engines: the service may still answer, with less behind it. */
export function replicaAlerts({ only, engines }: AlertScope): readonly Alert[] {
  const perEngine = 'instance, model_name'
  const full = engineExpressions(engineSignals.kvUsage, engines, (metric) => max(select(metric, only), perEngine))
  const preempting = engineExpressions(engineSignals.preemptions, engines, (metric) =>
    sum(`increase(${select(metric, only)}[10m])`, perEngine),
  )
  const restarts = engineExpressions(
    engineSignals.generatedTokens,
    engines,
    (metric) => `${max(`resets(${select(metric, only)}[30m])`, perEngine)} >= 2`,
  )
  return [
    {
      name: 'FairleadReplicaNotReady',
      severity: 'warning',
      for: '15m',
      expression: `${byReplica(select('fairlead_gateway_replica_ready', only))} == 0`,
      summary: 'Replica {{ $labels.replica }} of {{ $labels.model }} is not ready',
      description: 'Its probes have failed for 15 minutes; the other replicas carry its load.',
    },
    {
      name: 'FairleadReplicaFlaps',
      severity: 'warning',
      for: '0m',
      expression: `${byReplica(`resets(${select('fairlead_gateway_replica_ready', only)}[30m])`)} >= 3`,
      summary: 'Replica {{ $labels.replica }} of {{ $labels.model }} comes and goes',
      description: 'It was lost {{ $value }} times in half an hour.',
    },
    {
      name: 'FairleadReplicaSetAside',
      severity: 'warning',
      for: '10m',
      expression: `${byReplica(select('fairlead_gateway_replica_ejected', only))} == 1`,
      summary: 'Replica {{ $labels.replica }} of {{ $labels.model }} is set aside',
      description: 'Its probes succeed and its requests fail, so that it gets none (gateway.ejection).',
    },
    ...(restarts.length === 0
      ? []
      : [
          {
            name: 'FairleadEngineRestarts',
            severity: 'warning',
            for: '0m',
            expression: restarts.join(' or '),
            summary: 'The engine at {{ $labels.instance }} restarts',
            description:
              'Its counters began anew {{ $value }} times in half an hour; what it computed each time was lost.',
          } as const,
        ]),
    ...(full.length === 0
      ? []
      : [
          {
            name: 'FairleadKvCacheFull',
            severity: 'warning',
            for: '5m',
            expression: full.map((usage, index) => `(${usage} > 0.95 and ${preempting[index]} > 0)`).join(' or '),
            summary: 'The KV cache of {{ $labels.instance }} is full',
            description:
              '{{ $value | humanizePercentage }} of it is in use and sequences of {{ $labels.model_name }} are thrown out of the batch, to be computed again.',
          } as const,
        ]),
  ]
}
