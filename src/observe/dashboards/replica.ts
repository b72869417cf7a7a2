import { engineSignals, max, prefixHitRates, rate, select, sum } from '../queries/index.ts'
import type { Board, BoardScope, Panel } from './contract.ts'
import { engineQuantiles, engineQueries } from './panels.ts'
import { chosenInstance, chosenModelName, instanceVariable, modelVariable } from './variables.ts'

/** Inside of the engines: what they compute, what waits, what their KV cache holds. */
export function replicaBoard(scope: BoardScope): Board {
  return {
    id: 'engine',
    title: 'Replica and engine',
    description: 'One engine or several side by side, by the figures that they export.',
    variables: [modelVariable(scope), instanceVariable(scope)],
    sections: [
      { title: 'Work', panels: work(scope) },
      { title: 'KV cache', panels: kvCache(scope) },
      { title: 'Latency inside of the engine', panels: latency(scope) },
      ...(scope.engines.includes('vllm') ? [{ title: 'vLLM', panels: vllmOnly(scope) }] : []),
    ],
  }
}

const conditionsOf = ({ only }: BoardScope): readonly string[] => [...only, chosenModelName, chosenInstance]

function work(scope: BoardScope): readonly Panel[] {
  const conditions = conditionsOf(scope)
  const now = (metric: string): string => sum(select(metric, conditions), 'instance')
  const perSecond = (metric: string): string => sum(rate(select(metric, conditions)), 'instance')
  return [
    {
      title: 'Running',
      unit: 'short',
      description: 'Sequences in the batch. Level at the most that the engine takes means that it is full.',
      queries: engineQueries(engineSignals.running, scope.engines, '{{instance}}', now),
    },
    {
      title: 'Waiting',
      unit: 'short',
      description: 'Sequences inside of the engine that wait for a place in the batch or for memory.',
      queries: engineQueries(engineSignals.waiting, scope.engines, '{{instance}}', now),
    },
    {
      title: 'Tokens',
      unit: 'cps',
      description: 'Prompt and generated tokens a second. llama.cpp counts prompt tokens that it computed.',
      queries: [
        ...engineQueries(engineSignals.promptTokens, scope.engines, 'in {{instance}}', perSecond),
        ...engineQueries(engineSignals.generatedTokens, scope.engines, 'out {{instance}}', perSecond),
      ],
    },
  ]
}

function kvCache(scope: BoardScope): readonly Panel[] {
  const conditions = conditionsOf(scope)
  return [
    {
      title: 'KV cache in use',
      unit: 'percentunit',
      top: 1,
      description: 'Share of the KV cache that sequences hold; what is only kept for later hits is not counted.',
      queries: engineQueries(engineSignals.kvUsage, scope.engines, '{{instance}}', (metric) =>
        max(select(metric, conditions), 'instance'),
      ),
    },
    {
      title: 'Preemptions',
      unit: 'cps',
      description: 'Sequences thrown out of the batch a second since the KV cache was full; each is computed again.',
      queries: engineQueries(engineSignals.preemptions, scope.engines, '{{instance}}', (metric) =>
        sum(rate(select(metric, conditions)), 'instance'),
      ),
    },
    {
      title: 'Prefix hit rate',
      unit: 'percentunit',
      top: 1,
      description:
        'Share of prompt tokens found in the KV cache. It differs between replicas, since sessions stay with one of them.',
      queries: prefixHitRates(scope.engines, conditions, { by: 'instance' }).map((expression) => ({
        expression,
        legend: '{{instance}}',
      })),
    },
  ]
}

function latency(scope: BoardScope): readonly Panel[] {
  const conditions = conditionsOf(scope)
  return [
    {
      title: 'Time to first token',
      unit: 's',
      description: 'As the engine measures it: without the way to it and the wait in the gateway.',
      queries: engineQuantiles(engineSignals.ttft, scope.engines, conditions, 'instance'),
    },
    {
      title: 'Between tokens',
      unit: 's',
      description: 'Single gaps between the tokens of a sequence. Long ones come from prompts computed in between.',
      queries: engineQuantiles(engineSignals.interTokenLatency, scope.engines, conditions, 'instance'),
    },
    {
      title: 'Wait inside of the engine',
      unit: 's',
      description: 'Time from the arrival of a sequence at the engine until its prompt is begun.',
      queries: engineQuantiles(engineSignals.queueTime, scope.engines, conditions, 'instance'),
    },
  ]
}

/** What only vLLM tells. */
function vllmOnly(scope: BoardScope): readonly Panel[] {
  const conditions = conditionsOf(scope)
  const mean = (histogram: string, by = 'instance'): string =>
    `${sum(rate(select(`${histogram}_sum`, conditions)), by)} / ${sum(rate(select(`${histogram}_count`, conditions)), by)}`
  const perSecond = (counter: string, by: string): string => sum(rate(select(counter, conditions)), by)
  return [
    {
      title: 'Where the time of a request goes',
      unit: 's',
      stacked: true,
      description: 'Means over requests: waiting, computing the prompt, generating.',
      queries: [
        { expression: mean('vllm:request_queue_time_seconds'), legend: 'waiting {{instance}}' },
        { expression: mean('vllm:request_prefill_time_seconds'), legend: 'prefill {{instance}}' },
        { expression: mean('vllm:request_decode_time_seconds'), legend: 'decode {{instance}}' },
      ],
    },
    {
      title: 'Tokens in a step',
      unit: 'short',
      description: 'Mean number of tokens that a step of the engine computes.',
      queries: [{ expression: mean('vllm:iteration_tokens_total'), legend: '{{instance}}' }],
    },
    {
      title: 'Prompt tokens by source',
      unit: 'cps',
      stacked: true,
      description:
        'Computed here, found in the KV cache, or fetched from another engine (prefill/decode, cache tiers).',
      queries: [{ expression: perSecond('vllm:prompt_tokens_by_source_total', 'source'), legend: '{{source}}' }],
    },
    {
      title: 'Waiting, by reason',
      unit: 'short',
      description: '`capacity`: no place in the batch. `deferred`: the prompt is still on its way from another engine.',
      queries: [
        {
          expression: sum(select('vllm:num_requests_waiting_by_reason', conditions), 'reason'),
          legend: '{{reason}}',
        },
      ],
    },
    {
      title: 'Ends of sequences',
      unit: 'cps',
      stacked: true,
      description: '`stop`: the model was done. `length`: cut at max_tokens. `abort`: the client left.',
      queries: [
        { expression: perSecond('vllm:request_success_total', 'finished_reason'), legend: '{{finished_reason}}' },
      ],
    },
    {
      title: 'KV transfers that failed',
      unit: 'cps',
      description:
        'NIXL: prompts that could not be fetched, and prompts kept for another engine that nobody fetched in time.',
      queries: [
        { expression: perSecond('vllm:nixl_num_failed_transfers_total', 'instance'), legend: 'failed {{instance}}' },
        { expression: perSecond('vllm:nixl_num_kv_expired_reqs_total', 'instance'), legend: 'expired {{instance}}' },
      ],
    },
  ]
}
