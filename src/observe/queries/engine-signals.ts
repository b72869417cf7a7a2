import type { EngineName } from '../../fleet/index.ts'
import { dashboardWindow, rate, select, sum } from './promql.ts'

/** Whose names an engine's metrics have; the simulated engine speaks vLLM's. */
export type EngineMetricNames = 'vllm' | 'sglang' | 'llamacpp'

/** All of them. */
export const allEngineMetricNames: readonly EngineMetricNames[] = ['vllm', 'sglang', 'llamacpp']

/** What to look for in a Fleet with these engines; an external one may speak any. */
export function metricNamesOf(engines: readonly EngineName[]): readonly EngineMetricNames[] {
  if (engines.includes('external')) return allEngineMetricNames
  return allEngineMetricNames.filter(
    (names) => engines.includes(names) || (names === 'vllm' && engines.includes('simulated')),
  )
}

/** The same fact by each engine's name for it; an engine that does not tell it is absent. */
export type EngineSignal = Readonly<Partial<Record<EngineMetricNames, string>>>

/** What engines tell about themselves, under the names of `src/engines/<engine>`. */
export const engineSignals = {
  running: {
    vllm: 'vllm:num_requests_running',
    sglang: 'sglang:num_running_reqs',
    llamacpp: 'llamacpp:requests_processing',
  },
  waiting: {
    vllm: 'vllm:num_requests_waiting',
    sglang: 'sglang:num_queue_reqs',
    llamacpp: 'llamacpp:requests_deferred',
  },
  /** Share of the KV cache in use, 0 to 1. */
  kvUsage: { vllm: 'vllm:kv_cache_usage_perc', sglang: 'sglang:token_usage' },
  promptTokens: {
    vllm: 'vllm:prompt_tokens_total',
    sglang: 'sglang:prompt_tokens_total',
    llamacpp: 'llamacpp:prompt_tokens_total',
  },
  generatedTokens: {
    vllm: 'vllm:generation_tokens_total',
    sglang: 'sglang:generation_tokens_total',
    llamacpp: 'llamacpp:tokens_predicted_total',
  },
  /** Sequences thrown out of the batch to make room. */
  preemptions: { vllm: 'vllm:num_preemptions_total', sglang: 'sglang:num_retracted_requests_total' },
  ttft: { vllm: 'vllm:time_to_first_token_seconds', sglang: 'sglang:time_to_first_token_seconds' },
  /** A histogram over requests: the mean gap between the tokens of each. */
  tpot: {
    vllm: 'vllm:request_time_per_output_token_seconds',
    sglang: 'sglang:request_time_per_output_token_seconds',
  },
  /** A histogram over single gaps between tokens. */
  interTokenLatency: { vllm: 'vllm:inter_token_latency_seconds', sglang: 'sglang:inter_token_latency_seconds' },
  queueTime: { vllm: 'vllm:request_queue_time_seconds', sglang: 'sglang:queue_time_seconds' },
} as const satisfies Record<string, EngineSignal>

/** One expression for each engine of `names` that tells the signal. */
export function engineExpressions(
  signal: EngineSignal,
  names: readonly EngineMetricNames[],
  express: (metric: string) => string,
): readonly string[] {
  return names.flatMap((name) => {
    const metric = signal[name]
    return metric === undefined ? [] : [express(metric)]
  })
}

/** Counters of prompt tokens found in the KV cache, and the expression of all that were looked up. */
const prefixCache: Readonly<Record<EngineMetricNames, readonly [hits: string, ...lookedUp: string[]]>> = {
  vllm: ['vllm:prefix_cache_hits_total', 'vllm:prefix_cache_queries_total'],
  sglang: ['sglang:cached_tokens_total', 'sglang:prompt_tokens_total'],
  // llama.cpp counts computed prompt tokens and reused ones apart.
  llamacpp: [
    'llamacpp:prompt_tokens_cached_total',
    'llamacpp:prompt_tokens_cached_total',
    'llamacpp:prompt_tokens_total',
  ],
}

/** Share of prompt tokens (0 to 1) that engines found in their KV cache, one expression an engine. */
export function prefixHitRates(
  names: readonly EngineMetricNames[],
  conditions: readonly string[],
  { by = '', window = dashboardWindow }: { readonly by?: string; readonly window?: string } = {},
): readonly string[] {
  const total = (metric: string): string => sum(rate(select(metric, conditions), window), by)
  return names.map((name) => {
    const [hits, ...lookedUp] = prefixCache[name]
    const all = lookedUp.map((metric) => total(metric)).join(' + ')
    return `${total(hits)} / ${lookedUp.length === 1 ? all : `(${all})`}`
  })
}
