import { engineSignals, select } from '../queries/index.ts'
import type { MetricName } from '../metric-table.ts'
import type { BoardScope, Variable } from './contract.ts'

const readiness: MetricName = 'fairlead_gateway_replica_ready'

/** Models, as the gateway knows them. */
export const modelVariable = ({ only }: BoardScope): Variable => ({
  name: 'model',
  label: 'Model',
  query: `label_values(${select(readiness, only)}, model)`,
})

/** Replicas of the chosen models, by the gateway's names for them. */
export const replicaVariable = ({ only }: BoardScope): Variable => ({
  name: 'replica',
  label: 'Replica',
  query: `label_values(${select(readiness, [...only, 'model=~"$model"'])}, replica)`,
})

/** Engines by the address that Prometheus scrapes. */
export function instanceVariable({ only, engines }: BoardScope): Variable {
  const metrics = engines.map((name) => engineSignals.running[name])
  // One query has to find the engines of all kinds.
  const names =
    metrics.length === 1 ? (metrics[0] ?? '') : `{${[`__name__=~"${metrics.join('|')}"`, ...only].join(', ')}}`
  return {
    name: 'instance',
    label: 'Engine',
    query: `label_values(${metrics.length === 1 ? select(names, only) : names}, instance)`,
  }
}

/** The conditions that go with the variables. */
export const chosenModel = 'model=~"$model"'
export const chosenModelName = 'model_name=~"$model"'
export const chosenReplica = 'replica=~"$replica"'
export const chosenInstance = 'instance=~"$instance"'
