import type { EngineLoad } from './contract.ts'
import { parsePrometheusText, sumOf, type Sample } from './prometheus-text.ts'

/** The metrics that are read. */
const read: ReadonlySet<string> = new Set([
  'vllm:cache_config_info',
  'vllm:kv_cache_usage_perc',
  'vllm:num_requests_running',
  'vllm:num_requests_waiting',
  'vllm:prompt_tokens_total',
  'vllm:generation_tokens_total',
])

/**
 * The load in vLLM's metrics (names as vLLM 0.32 exports them). Counts are summed over the data-parallel ranks of a replica,
 * which the label `engine` tells apart, and so are the sizes of their caches; the KV usage is their mean.
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
    ...figure('kvCacheTokens', cacheTokensOf(samples)),
    ...figure('promptTokens', sumOf(samples, 'vllm:prompt_tokens_total')),
    ...figure('generatedTokens', sumOf(samples, 'vllm:generation_tokens_total')),
  }
}

/** Tokens that the caches of all ranks hold; undefined where a version does not tell, or has not counted its blocks yet. */
function cacheTokensOf(samples: readonly Sample[]): number | undefined {
  const ranks = samples.filter(({ name }) => name === 'vllm:cache_config_info')
  const tokens = ranks.reduce((sum, { labels }) => {
    // Where layers differ in their blocks, blocks times their size is not what the cache holds: newer versions say that.
    const told = Number(labels['kv_cache_size_tokens'])
    return sum + (told > 0 ? told : Number(labels['num_gpu_blocks']) * Number(labels['block_size']))
  }, 0)
  return tokens > 0 && Number.isFinite(tokens) ? tokens : undefined
}

function figure(name: keyof EngineLoad, value: number | undefined): EngineLoad {
  return value === undefined ? {} : { [name]: value }
}
