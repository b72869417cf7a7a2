import type { EngineLoad } from '../contract.ts'
import { parsePrometheusText, sumOf, type Sample } from '../prometheus-text.ts'

/** The metrics that are read. */
const read: ReadonlySet<string> = new Set([
  'sglang:max_total_num_tokens',
  'sglang:token_usage',
  'sglang:num_running_reqs',
  'sglang:num_queue_reqs',
  'sglang:prompt_tokens_total',
  'sglang:generation_tokens_total',
])

/**
 * The load in SGLang's metrics (names as SGLang 0.5.23 declares them). Tensor-parallel ranks tell the same figures, so only
 * rank 0 counts; data-parallel ranks are summed, their caches too, and their KV usage is their mean.
 */
export function parseSglangLoad(metrics: string): EngineLoad {
  const samples = parsePrometheusText(metrics, read).filter(isFirstRank)
  const usages = samples.filter(({ name, value }) => name === 'sglang:token_usage' && Number.isFinite(value))
  return {
    ...figure('running', sumOf(samples, 'sglang:num_running_reqs')),
    ...figure('waiting', sumOf(samples, 'sglang:num_queue_reqs')),
    ...figure(
      'kvCacheUsage',
      usages.length === 0 ? undefined : usages.reduce((sum, { value }) => sum + value, 0) / usages.length,
    ),
    ...figure('kvCacheTokens', sumOf(samples, 'sglang:max_total_num_tokens') || undefined),
    ...figure('promptTokens', sumOf(samples, 'sglang:prompt_tokens_total')),
    ...figure('generatedTokens', sumOf(samples, 'sglang:generation_tokens_total')),
  }
}

const isFirstRank = ({ labels }: Sample) => (labels['tp_rank'] ?? '0') === '0' && (labels['pp_rank'] ?? '0') === '0'

function figure(name: keyof EngineLoad, value: number | undefined): EngineLoad {
  return value === undefined ? {} : { [name]: value }
}
