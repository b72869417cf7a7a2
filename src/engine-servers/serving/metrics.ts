import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Backend, ServingLoad } from './contract.ts'

/** Whose metric names a server speaks. */
export type MetricsStyle = 'vllm' | 'llamacpp'

/** How a sequence ended, as vLLM's label `finished_reason` has it. */
type FinishedReason = 'stop' | 'length' | 'abort' | 'error'

/** Times one sequence. */
interface SequenceTiming {
  /** One or more tokens have come. */
  tokens(): void
  end(reason: FinishedReason): void
}

/** Metrics of an engine server. */
export interface ServingMetrics {
  readonly contentType: string
  begin(): SequenceTiming
  text(): Promise<string>
}

/** A series that is read from the backend's load when asked for. */
interface LoadSeries {
  readonly kind: 'gauge' | 'counter'
  readonly name: string
  readonly help: string
  readonly value: (load: ServingLoad) => number
}

/** Names and meanings as vLLM 0.32 exports them. */
const vllmSeries: readonly LoadSeries[] = [
  gauge('vllm:num_requests_running', 'Sequences that are being computed.', (load) => load.running),
  gauge('vllm:num_requests_waiting', 'Sequences that wait to be computed.', (load) => load.waiting),
  gauge('vllm:kv_cache_usage_perc', 'Share of the KV cache in use, 0 to 1.', (load) => load.kvCacheUsage),
  counter('vllm:prompt_tokens_total', 'Prompt tokens, cached ones included.', (load) => load.promptTokens),
  counter('vllm:generation_tokens_total', 'Tokens generated.', (load) => load.generatedTokens),
  counter('vllm:prefix_cache_queries_total', 'Prompt tokens looked up in the KV cache.', (load) => load.promptTokens),
  counter('vllm:prefix_cache_hits_total', 'Prompt tokens found in the KV cache.', (load) => load.cachedPromptTokens),
]

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

/** Bounds in seconds, those of vLLM 0.32. */
const buckets = {
  firstToken: [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
  ],
  interToken: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80],
  endToEnd: [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
}

/** The metrics of a backend, in the names of `style`. */
export function createMetrics(style: MetricsStyle, backend: Backend): ServingMetrics {
  const registry = new Registry()
  if (style === 'vllm') {
    const labels = { model_name: backend.modelNames[0] ?? '', engine: '0' }
    addLoadSeries(registry, vllmSeries, backend, labels)
    return withText(registry, addVllmTimings(registry, labels))
  }
  addLoadSeries(registry, llamacppSeries, backend, {})
  return withText(registry, () => ({ tokens() {}, end() {} }))
}

function withText(registry: Registry, begin: () => SequenceTiming): ServingMetrics {
  return { contentType: registry.contentType, begin, text: () => registry.metrics() }
}

function addLoadSeries(
  registry: Registry,
  series: readonly LoadSeries[],
  backend: Backend,
  labels: Record<string, string>,
): void {
  for (const { kind, name, help, value } of series) {
    const options = { name, help, labelNames: Object.keys(labels), registers: [] }
    const metric =
      kind === 'gauge'
        ? new Gauge({
            ...options,
            collect() {
              this.set(labels, value(backend.load()))
            },
          })
        : new Counter({
            ...options,
            collect() {
              this.reset()
              this.inc(labels, value(backend.load()))
            },
          })
    registry.registerMetric<string>(metric)
  }
}

function addVllmTimings(registry: Registry, labels: Record<string, string>): () => SequenceTiming {
  const histogram = (name: string, help: string, bounds: number[]) =>
    new Histogram({ name, help, labelNames: Object.keys(labels), buckets: bounds, registers: [registry] })
  const firstToken = histogram('vllm:time_to_first_token_seconds', 'Time to first token.', buckets.firstToken)
  const interToken = histogram('vllm:inter_token_latency_seconds', 'Time between tokens.', buckets.interToken)
  const endToEnd = histogram('vllm:e2e_request_latency_seconds', 'Time of a whole sequence.', buckets.endToEnd)
  const finished = new Counter({
    name: 'vllm:request_success_total',
    help: 'Sequences by how they ended.',
    labelNames: [...Object.keys(labels), 'finished_reason'],
    registers: [registry],
  })
  for (const reason of ['stop', 'length', 'abort', 'error']) finished.inc({ ...labels, finished_reason: reason }, 0)
  for (const each of [firstToken, interToken, endToEnd]) each.zero(labels)
  return () => {
    const begin = performance.now()
    let last: number | undefined
    return {
      tokens() {
        const now = performance.now()
        if (last === undefined) firstToken.observe(labels, (now - begin) / 1000)
        else interToken.observe(labels, (now - last) / 1000)
        last = now
      },
      end(reason) {
        finished.inc({ ...labels, finished_reason: reason })
        if (reason === 'stop' || reason === 'length') endToEnd.observe(labels, (performance.now() - begin) / 1000)
      },
    }
  }
}

function gauge(name: string, help: string, value: LoadSeries['value']): LoadSeries {
  return { kind: 'gauge', name, help, value }
}

function counter(name: string, help: string, value: LoadSeries['value']): LoadSeries {
  return { kind: 'counter', name, help, value }
}
