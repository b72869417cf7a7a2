import { engineSignals, max, prefixHitRates, quantile, rate, select, sum } from '../queries/index.ts'
import { failedReasons } from '../failed-reasons.ts'
import type { MetricName } from '../metric-table.ts'
import type { Board, BoardScope, Panel, Section } from './contract.ts'
import { engineQuantiles, engineQueries, gatewayQuantiles } from './panels.ts'
import { chosenModel, chosenModelName, modelVariable } from './variables.ts'

/** Is the service well, and if not, where: the first page to open. */
export function overviewBoard(scope: BoardScope): Board {
  return {
    id: 'overview',
    title: 'Overview',
    description: 'All models of a Fleet: load, latency, errors, and whether the engines keep up.',
    variables: [modelVariable(scope)],
    sections: [
      { title: 'Now', panels: numbers(scope) },
      { title: 'Load', panels: load(scope) },
      { title: 'Latency', panels: latency(scope) },
      { title: 'Errors', panels: errors(scope) },
      engines(scope),
    ],
  }
}

const gatewaySeries = ({ only }: BoardScope, name: MetricName, ...more: readonly string[]): string =>
  select(name, [...only, chosenModel, ...more])

const number = (panel: Omit<Panel, 'kind' | 'queries'>, expression: string): Panel => ({
  ...panel,
  kind: 'number',
  queries: [{ expression, legend: '' }],
})

function numbers(scope: BoardScope): readonly Panel[] {
  const requests = sum(rate(gatewaySeries(scope, 'fairlead_gateway_requests_total')))
  const failed = sum(rate(gatewaySeries(scope, 'fairlead_gateway_requests_total', failedReasons)))
  const ready = max(gatewaySeries(scope, 'fairlead_gateway_replica_ready'), 'model, replica')
  return [
    number({ title: 'Requests', unit: 'reqps', description: 'Requests that ended, a second.' }, requests),
    number(
      { title: 'Output tokens', unit: 'cps', description: 'Tokens that were generated, a second.' },
      sum(rate(gatewaySeries(scope, 'fairlead_gateway_output_tokens_total'))),
    ),
    number(
      {
        title: 'Failed',
        unit: 'percentunit',
        badFrom: 0.01,
        description: 'Share of requests that failed for a reason on our side; what clients got wrong is left out.',
      },
      `(${failed} or vector(0)) / ${requests}`,
    ),
    number(
      { title: 'TTFT p95', unit: 's', description: 'Time to the first byte of a stream that 95 % stay below.' },
      quantile(0.95, 'fairlead_gateway_ttft_seconds', [...scope.only, chosenModel]),
    ),
    number(
      {
        title: 'Replicas ready',
        unit: 'percentunit',
        badBelow: 1,
        description: 'Share of replicas whose probes succeed.',
      },
      `avg(${ready})`,
    ),
    number(
      { title: 'In flight', unit: 'short', description: 'Requests that replicas are working on.' },
      sum(gatewaySeries(scope, 'fairlead_gateway_requests_in_flight')),
    ),
    number(
      { title: 'Waiting', unit: 'short', badFrom: 1, description: 'Requests that wait in the gateway for a replica.' },
      sum(gatewaySeries(scope, 'fairlead_queue_length')),
    ),
    number(
      {
        title: 'Alerts',
        unit: 'short',
        badFrom: 1,
        description: 'Alerts of the Fleet that fire. docs/runbooks.md tells what to do.',
      },
      `count(${select('ALERTS', scope.alerts)}) or vector(0)`,
    ),
  ]
}

function load(scope: BoardScope): readonly Panel[] {
  return [
    {
      title: 'Requests by model',
      unit: 'reqps',
      stacked: true,
      description: 'Requests that ended, a second.',
      queries: [
        {
          expression: sum(rate(gatewaySeries(scope, 'fairlead_gateway_requests_total')), 'model'),
          legend: '{{model}}',
        },
      ],
    },
    {
      title: 'Tokens',
      unit: 'cps',
      description: 'Prompt and generated tokens a second, as engines report them.',
      queries: [
        {
          expression: sum(rate(gatewaySeries(scope, 'fairlead_gateway_input_tokens_total')), 'model'),
          legend: 'in {{model}}',
        },
        {
          expression: sum(rate(gatewaySeries(scope, 'fairlead_gateway_output_tokens_total')), 'model'),
          legend: 'out {{model}}',
        },
      ],
    },
    {
      title: 'In flight and waiting',
      unit: 'short',
      description: 'Requests on replicas, and in the queue of the gateway. A queue that stays means too few replicas.',
      queries: [
        { expression: sum(gatewaySeries(scope, 'fairlead_gateway_requests_in_flight'), 'model'), legend: '{{model}}' },
        { expression: sum(gatewaySeries(scope, 'fairlead_queue_length'), 'model'), legend: 'waiting {{model}}' },
      ],
    },
  ]
}

function latency(scope: BoardScope): readonly Panel[] {
  const conditions = [...scope.only, chosenModel]
  return [
    {
      title: 'Time to first token',
      unit: 's',
      description: 'From the arrival of a streaming request at the gateway to the first byte of its answer.',
      queries: gatewayQuantiles('fairlead_gateway_ttft_seconds', conditions),
    },
    {
      title: 'Time per output token',
      unit: 's',
      description: 'Mean gap between the tokens of a request, as vLLM and SGLang measure it.',
      queries: engineQuantiles(engineSignals.tpot, scope.engines, [...scope.only, chosenModelName], 'model_name'),
    },
    {
      title: 'Request duration',
      unit: 's',
      description: 'From the arrival of a request to the end of its answer; failed ones included.',
      queries: gatewayQuantiles('fairlead_gateway_request_duration_seconds', conditions),
    },
  ]
}

function errors(scope: BoardScope): readonly Panel[] {
  return [
    {
      title: 'Requests with an error, by reason',
      unit: 'reqps',
      stacked: true,
      description:
        'All that ended with a reason, those that clients caused included. docs/reference/gateway.md tells each.',
      queries: [
        {
          expression: sum(rate(gatewaySeries(scope, 'fairlead_gateway_requests_total', 'reason!=""')), 'reason'),
          legend: '{{reason}}',
        },
      ],
    },
    {
      title: 'Second chances',
      unit: 'reqps',
      description:
        'Requests sent again, tried beside a slow one, or answered by another model: trouble that clients do not see.',
      queries: [
        { expression: sum(rate(gatewaySeries(scope, 'fairlead_gateway_upstream_retries_total'))), legend: 'retries' },
        { expression: sum(rate(gatewaySeries(scope, 'fairlead_gateway_hedges_total'))), legend: 'hedges' },
        { expression: sum(rate(gatewaySeries(scope, 'fairlead_gateway_fallbacks_total'))), legend: 'fallbacks' },
      ],
    },
    {
      title: 'Replicas ready',
      unit: 'short',
      description: 'Replicas whose last probes succeeded.',
      queries: [
        {
          expression: sum(max(gatewaySeries(scope, 'fairlead_gateway_replica_ready'), 'model, replica'), 'model'),
          legend: '{{model}}',
        },
      ],
    },
  ]
}

function engines({ only, engines: names }: BoardScope): Section {
  const conditions = [...only, chosenModelName]
  const byModel = (metric: string): string => sum(select(metric, conditions), 'model_name')
  return {
    title: 'Engines',
    panels: [
      {
        title: 'Running and waiting',
        unit: 'short',
        description: 'Sequences that engines compute, and that wait inside of them for a place in the batch.',
        queries: [
          ...engineQueries(engineSignals.running, names, 'running {{model_name}}', byModel),
          ...engineQueries(engineSignals.waiting, names, 'waiting {{model_name}}', byModel),
        ],
      },
      {
        title: 'KV cache in use',
        unit: 'percentunit',
        top: 1,
        description:
          'The fullest replica of each model. Near 1, sequences are thrown out of the batch and computed again.',
        queries: engineQueries(engineSignals.kvUsage, names, '{{model_name}}', (metric) =>
          max(select(metric, conditions), 'model_name'),
        ),
      },
      {
        title: 'Prefix hit rate',
        unit: 'percentunit',
        top: 1,
        description: 'Share of prompt tokens that engines found in their KV cache and need not compute.',
        queries: prefixHitRates(names, conditions, { by: 'model_name' }).map((expression) => ({
          expression,
          legend: '{{model_name}}',
        })),
      },
    ],
  }
}
