import { max, nameEmpty, quantile, rate, select, sum } from '../queries/index.ts'
import type { MetricName } from '../metric-table.ts'
import type { Board, BoardScope, Panel } from './contract.ts'
import { chosenModel, chosenReplica, modelVariable, replicaVariable } from './variables.ts'

/** The gateway itself: its process, and what it does beside passing requests on. */
export function gatewayBoard(scope: BoardScope): Board {
  return {
    id: 'gateway',
    title: 'Gateway',
    description: 'The process that clients talk to: CPU, memory, event loop, and how it treats replicas.',
    variables: [modelVariable(scope), replicaVariable(scope)],
    sections: [
      { title: 'Process', panels: processPanels(scope) },
      { title: 'Replicas', panels: replicaPanels(scope) },
      { title: 'Resilience', panels: resiliencePanels(scope) },
      { title: 'Configuration', panels: configurationPanels(scope) },
    ],
  }
}

/** Series of the process: other programs have them too, so those of processes that also tell Fairlead's version. */
function ofGateway(only: readonly string[], metric: string): string {
  return `${select(metric, only)} and on (job, instance) ${select('fairlead_build_info', only)}`
}

function processPanels({ only }: BoardScope): readonly Panel[] {
  const own = (metric: string): string => ofGateway(only, metric)
  return [
    {
      title: 'Event loop lag',
      unit: 's',
      description:
        'How late the main thread turns to what is due. Above 100 ms, first tokens come late. With several workers it is the thread that controls them.',
      queries: [
        { expression: own('nodejs_eventloop_lag_mean_seconds'), legend: 'mean {{instance}}' },
        { expression: own('nodejs_eventloop_lag_p99_seconds'), legend: 'p99 {{instance}}' },
      ],
    },
    {
      title: 'CPU',
      unit: 'short',
      description: 'Cores in use, all threads together.',
      queries: [
        {
          expression: `${rate(select('process_cpu_seconds_total', only))} and on (job, instance) ${select('fairlead_build_info', only)}`,
          legend: '{{instance}}',
        },
      ],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      description: 'Resident memory of the process, and the heap in use of its main thread.',
      queries: [
        { expression: own('process_resident_memory_bytes'), legend: 'resident {{instance}}' },
        { expression: own('nodejs_heap_size_used_bytes'), legend: 'heap {{instance}}' },
      ],
    },
    {
      title: 'Garbage collection',
      unit: 'percentunit',
      description: 'Share of time in which the main thread collects garbage.',
      queries: [
        {
          expression: `sum by (job, instance) (${rate(select('nodejs_gc_duration_seconds_sum', only))}) and on (job, instance) ${select('fairlead_build_info', only)}`,
          legend: '{{instance}}',
        },
      ],
    },
    {
      title: 'Open files',
      unit: 'percentunit',
      top: 1,
      description: 'Share of the file descriptors that the process may open; each connection is one.',
      queries: [
        {
          expression: `${select('process_open_fds', only)} / ${select('process_max_fds', only)} and on (job, instance) ${select('fairlead_build_info', only)}`,
          legend: '{{instance}}',
        },
      ],
    },
    {
      title: 'Versions',
      unit: 'short',
      description: 'Gateways by version; two versions only during an update.',
      queries: [{ expression: `count by (version) (${select('fairlead_build_info', only)})`, legend: '{{version}}' }],
    },
  ]
}

function replicaPanels({ only }: BoardScope): readonly Panel[] {
  const conditions = [...only, chosenModel, chosenReplica]
  const of = (name: MetricName): string => select(name, conditions)
  const legend = '{{replica}}'
  return [
    {
      title: 'Requests sent',
      unit: 'reqps',
      description: 'Requests that went to each replica, retries included. Routing by load keeps them alike.',
      queries: [{ expression: sum(rate(of('fairlead_gateway_replica_requests_total')), 'replica'), legend }],
    },
    {
      title: 'In flight',
      unit: 'short',
      description: 'Requests that each replica is working on.',
      queries: [{ expression: sum(of('fairlead_gateway_requests_in_flight'), 'replica'), legend }],
    },
    {
      title: 'Ready',
      unit: 'bool_yes_no',
      description: 'Whether the last probes of a replica succeeded.',
      queries: [{ expression: max(of('fairlead_gateway_replica_ready'), 'replica'), legend }],
    },
  ]
}

function resiliencePanels({ only }: BoardScope): readonly Panel[] {
  const conditions = [...only, chosenModel]
  const perSecond = (name: MetricName, by = ''): string => sum(rate(select(name, conditions)), by)
  return [
    {
      title: 'Retries',
      unit: 'reqps',
      description:
        'Requests sent again before the first byte, by what went wrong; and those that the budget did not allow.',
      queries: [
        { expression: perSecond('fairlead_gateway_upstream_retries_total', 'reason'), legend: '{{reason}}' },
        { expression: perSecond('fairlead_gateway_retries_denied_total'), legend: 'denied' },
      ],
    },
    {
      title: 'Hedges and fallbacks',
      unit: 'reqps',
      description: 'Second tries beside a slow first one, and requests that another model answered.',
      queries: [
        { expression: perSecond('fairlead_gateway_hedges_total'), legend: 'hedges' },
        { expression: perSecond('fairlead_gateway_fallbacks_total', 'model'), legend: 'fallback from {{model}}' },
      ],
    },
    {
      title: 'Replicas set aside',
      unit: 'short',
      description: 'Replicas that get no requests since they failed too many (gateway.ejection).',
      queries: [
        {
          expression: sum(max(select('fairlead_gateway_replica_ejected', conditions), 'model, replica'), 'model'),
          legend: '{{model}}',
        },
      ],
    },
    {
      title: 'Wait for a replica',
      unit: 's',
      description: 'Time in the queue of those that had to wait.',
      queries: [0.5, 0.95].map((share) => ({
        expression: quantile(share, 'fairlead_queue_wait_seconds', conditions, { by: 'model' }),
        legend: `p${share * 100} {{model}}`,
      })),
    },
    {
      title: 'Ends of waiting',
      unit: 'reqps',
      description: 'Requests that left the queue or found it full, by why.',
      queries: [
        {
          expression: nameEmpty('reason', 'got a replica', perSecond('fairlead_queue_outcomes_total', 'reason')),
          legend: '{{reason}}',
        },
      ],
    },
    {
      title: 'Bodies refused',
      unit: 'reqps',
      description: 'Requests whose body is larger than gateway.bodyLimit.',
      queries: [{ expression: sum(rate(select('fairlead_gateway_body_too_large_total', only))), legend: 'too large' }],
    },
  ]
}

function configurationPanels({ only }: BoardScope): readonly Panel[] {
  return [
    {
      title: 'Configuration in force',
      unit: 'bool_yes_no',
      kind: 'number',
      badBelow: 1,
      description: 'Whether what the Fleet and keys files hold is in force; no after a change that was refused.',
      queries: [{ expression: `min(${select('fairlead_gateway_config_last_reload_success', only)})`, legend: '' }],
    },
    {
      title: 'Gateways',
      unit: 'short',
      kind: 'number',
      badBelow: 1,
      description: 'Gateways that Prometheus reaches.',
      queries: [{ expression: `count(${select('fairlead_build_info', only)})`, legend: '' }],
    },
    {
      title: 'Stopping',
      unit: 'short',
      kind: 'number',
      description: 'Gateways that finish what is under way and then exit.',
      queries: [{ expression: sum(select('fairlead_gateway_draining', only)), legend: '' }],
    },
  ]
}
