import { engineSignals, nameEmpty, quantile, rate, select, sum } from '../queries/index.ts'
import type { MetricName } from '../metric-table.ts'
import type { Board, BoardScope, Panel, Query } from './contract.ts'
import { engineQuantiles, gatewayQuantiles } from './panels.ts'
import { chosenModel, chosenModelName, modelVariable } from './variables.ts'

/** One model, as its users feel it and as the gateway routes it. */
export function modelBoard(scope: BoardScope): Board {
  return {
    id: 'model',
    title: 'Model',
    description: 'One model or several side by side: latency, tokens, waiting, routing, prefill/decode.',
    variables: [modelVariable(scope)],
    sections: [
      { title: 'Latency', panels: latency(scope) },
      { title: 'Requests and tokens', panels: tokens(scope) },
      { title: 'Waiting and routing', panels: routing(scope) },
      { title: 'Prefill and decode on replicas of their own', panels: disaggregation(scope) },
    ],
  }
}

const conditionsOf = ({ only }: BoardScope): readonly string[] => [...only, chosenModel]

const perSecond = (scope: BoardScope, name: MetricName, by: string, ...more: readonly string[]): string =>
  sum(rate(select(name, [...conditionsOf(scope), ...more])), by)

function latency(scope: BoardScope): readonly Panel[] {
  const conditions = conditionsOf(scope)
  return [
    {
      title: 'Time to first token',
      unit: 's',
      description: 'From the arrival of a streaming request at the gateway to the first byte of its answer.',
      queries: gatewayQuantiles('fairlead_gateway_ttft_seconds', conditions, 'model'),
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
      queries: gatewayQuantiles('fairlead_gateway_request_duration_seconds', conditions, 'model'),
    },
  ]
}

function tokens(scope: BoardScope): readonly Panel[] {
  return [
    {
      title: 'Requests by status',
      unit: 'reqps',
      stacked: true,
      description: 'Requests that ended, a second, by HTTP status. 499: the client left.',
      queries: [
        {
          expression: perSecond(scope, 'fairlead_gateway_requests_total', 'model, code'),
          legend: '{{model}} {{code}}',
        },
      ],
    },
    {
      title: 'Errors by reason',
      unit: 'reqps',
      stacked: true,
      description: 'Requests that ended with a reason. docs/reference/gateway.md tells each.',
      queries: [
        {
          expression: perSecond(scope, 'fairlead_gateway_requests_total', 'model, reason', 'reason!=""'),
          legend: '{{model}} {{reason}}',
        },
      ],
    },
    {
      title: 'Tokens',
      unit: 'cps',
      description: 'Prompt and generated tokens a second, as engines report them.',
      queries: [
        { expression: perSecond(scope, 'fairlead_gateway_input_tokens_total', 'model'), legend: 'in {{model}}' },
        { expression: perSecond(scope, 'fairlead_gateway_output_tokens_total', 'model'), legend: 'out {{model}}' },
      ],
    },
    {
      title: 'Tokens per request',
      unit: 'short',
      description:
        'Means over requests that succeeded. Prompts that grow make first tokens late, answers that grow fill replicas.',
      queries: [tokensPerRequest(scope, 'input', 'in'), tokensPerRequest(scope, 'output', 'out')],
    },
    ...lengths(scope),
  ]
}

function tokensPerRequest(scope: BoardScope, direction: 'input' | 'output', name: string): Query {
  const count = perSecond(scope, 'fairlead_gateway_requests_total', 'model', 'reason=""')
  const expression = `${perSecond(scope, `fairlead_gateway_${direction}_tokens_total`, 'model')} / ${count}`
  return { expression, legend: `${name} {{model}}` }
}

/** How long prompts and answers are, which only vLLM tells as histograms of tokens. */
function lengths({ only, engines }: BoardScope): readonly Panel[] {
  if (!engines.includes('vllm')) return []
  const of = (histogram: string): readonly Query[] =>
    [0.5, 0.95].map((share) => ({
      expression: quantile(share, histogram, [...only, chosenModelName], { by: 'model_name' }),
      legend: `p${share * 100} {{model_name}}`,
    }))
  return [
    {
      title: 'Length of prompts',
      unit: 'short',
      description: 'Tokens of prompts, median and 95th percentile (vLLM).',
      queries: of('vllm:request_prompt_tokens'),
    },
    {
      title: 'Length of answers',
      unit: 'short',
      description: 'Tokens of answers, median and 95th percentile (vLLM).',
      queries: of('vllm:request_generation_tokens'),
    },
  ]
}

function routing(scope: BoardScope): readonly Panel[] {
  const conditions = conditionsOf(scope)
  return [
    {
      title: 'Waiting',
      unit: 'short',
      description: 'Requests in the queue of the gateway, which wait for a replica with room.',
      queries: [{ expression: sum(select('fairlead_queue_length', conditions), 'model'), legend: '{{model}}' }],
    },
    {
      title: 'Time in the queue',
      unit: 's',
      description: 'Of requests that had to wait, also of those that left without a replica.',
      queries: gatewayQuantiles('fairlead_queue_wait_seconds', conditions, 'model'),
    },
    {
      title: 'Ends of waiting',
      unit: 'reqps',
      stacked: true,
      description: 'Why requests left the queue or found it full.',
      queries: [
        {
          expression: nameEmpty(
            'reason',
            'got a replica',
            perSecond(scope, 'fairlead_queue_outcomes_total', 'model, reason'),
          ),
          legend: '{{model}} {{reason}}',
        },
      ],
    },
    {
      title: 'Load of replicas',
      unit: 'short',
      description: 'Requests in flight on each replica.',
      queries: [
        {
          expression: sum(select('fairlead_gateway_requests_in_flight', conditions), 'model, replica'),
          legend: '{{replica}}',
        },
      ],
    },
    {
      title: 'What decided for a replica',
      unit: 'reqps',
      stacked: true,
      description:
        'Choices by a policy that weighs (routing.policy auto, prefix), by what decided. docs/scheduling.md tells each.',
      queries: [
        {
          expression: perSecond(scope, 'fairlead_scheduler_decisions_total', 'model, reason'),
          legend: '{{model}} {{reason}}',
        },
      ],
    },
    {
      title: 'Prompts held by the chosen replica',
      unit: 'percentunit',
      top: 1,
      description:
        'Share of prompt blocks that the gateway took the chosen replica to hold. Far above the engines’ hit rate: they forget sooner than thought.',
      queries: [
        {
          expression: `${perSecond(scope, 'fairlead_scheduler_held_blocks_total', 'model')} / ${perSecond(scope, 'fairlead_scheduler_prompt_blocks_total', 'model')}`,
          legend: '{{model}}',
        },
      ],
    },
  ]
}

function disaggregation(scope: BoardScope): readonly Panel[] {
  return [
    {
      title: 'Split or not',
      unit: 'reqps',
      stacked: true,
      description: 'Requests of models with prefill replicas: split, or why they were not.',
      queries: [
        {
          expression: nameEmpty(
            'reason',
            'split',
            perSecond(scope, 'fairlead_disaggregation_requests_total', 'model, reason'),
          ),
          legend: '{{model}} {{reason}}',
        },
      ],
    },
    {
      title: 'Fallbacks',
      unit: 'reqps',
      stacked: true,
      description: 'Requests that were split and then computed by their decode replica alone, by what went wrong.',
      queries: [
        {
          expression: perSecond(scope, 'fairlead_disaggregation_fallbacks_total', 'model, reason'),
          legend: '{{model}} {{reason}}',
        },
      ],
    },
    {
      title: 'Prefill',
      unit: 's',
      description: 'Time that prefill replicas took for the prompts of requests that were split.',
      queries: gatewayQuantiles('fairlead_disaggregation_prefill_seconds', conditionsOf(scope), 'model'),
    },
  ]
}
