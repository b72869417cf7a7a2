import { Registry } from 'prom-client'
import type { Backend } from './contract.ts'
import { addLoadSeries, counter, gauge, type LoadSeries } from './load-series.ts'
import type { ServingMetrics } from './serving-metrics.ts'
import { addCacheConfig, addVllmHistograms } from './vllm-histograms.ts'
import { nixlSeries, vllmSeries } from './vllm-series.ts'

/** Whose metric names a server speaks. */
export type MetricsStyle = 'vllm' | 'llamacpp'

/** Names and meanings as llama.cpp's server exports them; the KV usage is ours, current versions export none. */
const llamacppSeries: readonly LoadSeries[] = [
  gauge('llamacpp:requests_processing', 'Sequences that are being computed.', (load) => load.running),
  gauge('llamacpp:requests_deferred', 'Sequences that wait to be computed.', (load) => load.waiting),
  gauge('llamacpp:kv_cache_usage_ratio', 'Share of the KV cache in use, 0 to 1.', (load) => load.kvCacheUsage),
  counter(
    'llamacpp:prompt_tokens_total',
    'Prompt tokens processed, cached ones excluded.',
    (load) => load.promptTokens - load.cachedPromptTokens,
  ),
  counter('llamacpp:prompt_tokens_cached_total', 'Prompt tokens reused.', (load) => load.cachedPromptTokens),
  counter('llamacpp:tokens_predicted_total', 'Tokens generated.', (load) => load.generatedTokens),
]

/** The metrics of a backend, in the names of `style`. */
export function createMetrics(style: MetricsStyle, backend: Backend): ServingMetrics {
  const registry = new Registry()
  const text = { contentType: registry.contentType, text: () => registry.metrics() }
  if (style === 'llamacpp') {
    addLoadSeries(registry, llamacppSeries, backend, {})
    return { ...text, begin: () => ({ tokens() {}, end() {} }), answered() {} }
  }
  const labels = { model_name: backend.modelNames[0] ?? '', engine: '0' }
  addLoadSeries(registry, vllmSeries, backend, labels)
  if (backend.load().paged?.hasConnector === true) addLoadSeries(registry, nixlSeries, backend, labels)
  addCacheConfig(registry, backend)
  return { ...text, ...addVllmHistograms(registry, backend, labels) }
}
