import type { EngineLoad } from './contract.ts'
import { parsePrometheusText, sumOf } from './prometheus-text.ts'

/** The metrics that are read. */
const read: ReadonlySet<string> = new Set([
  'vllm:kv_cache_usage_perc',
  'vllm:num_requests_running',
  'vllm:num_requests_waiting',
  'vllm:prompt_tokens_total',
  'vllm:generation_tokens_total',
])

/**
 * The load in vLLM's metrics (names as vLLM 0.32 exports them). Counts are summed over the data-parallel ranks of a replica,
 * which the label `engine` tells apart; the KV usage is their mean.
 */
export function parseVllmLoad(metrics: string): EngineLoad {
  const samples = parsePrometheusText(metrics, read)
  const ranks = samples.filter((sample) => sample.name === 'vllm:kv_cache_usage_perc' && Number.isFinite(sample.value))
  return {
    ...figure('running', sumOf(samples, 'vllm:num_requests_running')),
    ...figure('waiting', sumOf(samples, 'vllm:num_requests_waiting')),
    ...figure(
      'kvCacheUsage',
      ranks.length === 0 ? undefined : ranks.reduce((sum, rank) => sum + rank.value, 0) / ranks.length,
    ),
    ...figure('promptTokens', sumOf(samples, 'vllm:prompt_tokens_total')),
    ...figure('generatedTokens', sumOf(samples, 'vllm:generation_tokens_total')),
  }
}

function figure(name: keyof EngineLoad, value: number | undefined): EngineLoad {
  return value === undefined ? {} : { [name]: value }
}
