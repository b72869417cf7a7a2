import type { EngineLoad } from '../contract.ts'
import { parsePrometheusText, sumOf } from '../prometheus-text.ts'

/** The metrics that are read. */
const read: ReadonlySet<string> = new Set([
  'llamacpp:prompt_tokens_total',
  'llamacpp:requests_processing',
  'llamacpp:requests_deferred',
  'llamacpp:kv_cache_usage_ratio',
  'llamacpp:prompt_tokens_cached_total',
  'llamacpp:tokens_predicted_total',
])

/**
 * Load from llama.cpp's metrics (names as recorded from `llama-server` in 2026-11; `kv_cache_usage_ratio` comes from our own
 * server and from `llama-server` before 2025-07). Cached prompt tokens count as prompt tokens, as they do for vLLM.
 */
export function parseLlamacppLoad(metrics: string): EngineLoad {
  const samples = parsePrometheusText(metrics, read)
  const figure = (name: string) => sumOf(samples, `llamacpp:${name}`)
  const processed = figure('prompt_tokens_total')
  return definedOnly({
    running: figure('requests_processing'),
    waiting: figure('requests_deferred'),
    kvCacheUsage: figure('kv_cache_usage_ratio'),
    promptTokens: processed === undefined ? undefined : processed + (figure('prompt_tokens_cached_total') ?? 0),
    generatedTokens: figure('tokens_predicted_total'),
  })
}

function definedOnly(load: { readonly [Figure in keyof EngineLoad]: number | undefined }): EngineLoad {
  return Object.fromEntries(Object.entries(load).filter(([, value]) => value !== undefined))
}
