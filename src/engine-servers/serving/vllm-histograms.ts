import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Backend, GenerationRequest, GenerationResult } from './contract.ts'
import type { ServingMetrics } from './serving-metrics.ts'

/** Bounds, those of vLLM 0.32; of times in seconds. */
const firstTokenBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
]
const betweenTokensBuckets = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
]
const requestBuckets = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680]
const stepTokensBuckets = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384]

/** 1, 2, 5, 10, 20 … up to the context's length, as vLLM builds them. */
function tokenBuckets(contextLength: number): number[] {
  const bounds: number[] = []
  for (let decade = 1; ; decade *= 10) {
    for (const step of [1, 2, 5]) {
      if (step * decade > contextLength) return bounds
      bounds.push(step * decade)
    }
  }
}

/** The histograms of vLLM 0.32 that a backend's sequences and steps fill. */
export function addVllmHistograms(
  registry: Registry,
  backend: Backend,
  labels: Readonly<Record<string, string>>,
): Pick<ServingMetrics, 'begin' | 'answered'> {
  const tokens = tokenBuckets(backend.contextLength)
  const histogram = (name: string, help: string, buckets: number[]): ((value: number) => void) => {
    const labelNames = Object.keys(labels)
    const added = new Histogram({ name: `vllm:${name}`, help, labelNames, buckets, registers: [registry] })
    added.zero(labels)
    return (value) => {
      if (Number.isFinite(value)) added.observe(labels, value)
    }
  }
  const firstToken = histogram('time_to_first_token_seconds', 'Time to first token.', firstTokenBuckets)
  const interToken = histogram('inter_token_latency_seconds', 'Time between tokens.', betweenTokensBuckets)
  const perToken = histogram(
    'request_time_per_output_token_seconds',
    'Time between tokens, mean of a sequence.',
    betweenTokensBuckets,
  )
  const endToEnd = histogram('e2e_request_latency_seconds', 'Time of a whole sequence.', requestBuckets)
  const queue = histogram('request_queue_time_seconds', 'Time in which a sequence waited.', requestBuckets)
  const inference = histogram('request_inference_time_seconds', 'Time in which a sequence ran.', requestBuckets)
  const prefill = histogram('request_prefill_time_seconds', 'Time from start to first token.', requestBuckets)
  const decode = histogram('request_decode_time_seconds', 'Time from first to last token.', requestBuckets)
  const promptTokens = histogram('request_prompt_tokens', 'Tokens of a prompt.', tokens)
  const outputTokens = histogram('request_generation_tokens', 'Tokens of an answer.', tokens)
  const mostTokens = histogram('request_max_num_generation_tokens', 'Tokens of the longest answer.', tokens)
  const computed = histogram('request_prefill_kv_computed_tokens', 'Prompt tokens that were computed.', tokens)
  const maxTokens = histogram('request_params_max_tokens', 'The max_tokens of a request.', tokens)
  const choices = histogram('request_params_n', 'The n of a request.', [1, 2, 5, 10, 20])
  const preemptions = histogram(
    'request_num_preemptions',
    'How often a sequence was thrown out of the batch.',
    [1, 2, 3, 4, 5, 10, 20],
  )
  const steps = histogram('iteration_tokens_total', 'Tokens computed in a step.', stepTokensBuckets)
  backend.onStep?.(steps)
  const finished = new Counter({
    name: 'vllm:request_success_total',
    help: 'Sequences by how they ended.',
    labelNames: [...Object.keys(labels), 'finished_reason'],
    registers: [registry],
  })
  for (const reason of ['stop', 'length', 'abort', 'error', 'repetition']) {
    finished.inc({ ...labels, finished_reason: reason }, 0)
  }

  const ended = (result: GenerationResult, request: GenerationRequest, totalMs: number): void => {
    const { stages } = result
    endToEnd(totalMs / 1000)
    promptTokens(result.promptTokens)
    outputTokens(result.completionTokens)
    computed(result.promptTokens - result.cachedTokens)
    if (request.maxTokens !== undefined) maxTokens(request.maxTokens)
    if (stages === undefined) return
    queue(stages.queuedMs / 1000)
    prefill(stages.prefillMs / 1000)
    decode(stages.decodeMs / 1000)
    inference((stages.prefillMs + stages.decodeMs) / 1000)
    perToken(stages.decodeMs / 1000 / Math.max(1, result.completionTokens - 1))
    preemptions(stages.preemptions)
  }
  return {
    begin(request) {
      const begin = performance.now()
      let last: number | undefined
      return {
        tokens() {
          const now = performance.now()
          if (last === undefined) firstToken((now - begin) / 1000)
          else interToken((now - last) / 1000)
          last = now
        },
        end(reason, result) {
          finished.inc({ ...labels, finished_reason: reason })
          if (result !== undefined) ended(result, request, performance.now() - begin)
        },
      }
    },
    answered(results) {
      choices(results.length)
      mostTokens(Math.max(...results.map(({ completionTokens }) => completionTokens)))
    },
  }
}

/** `vllm:cache_config_info`: those of its labels that mean something here. */
export function addCacheConfig(registry: Registry, backend: Backend): void {
  const { kvBlockTokens = 0, kvBlocks = 0 } = backend.load().paged ?? {}
  const labels = {
    block_size: String(kvBlockTokens),
    cache_dtype: 'auto',
    enable_prefix_caching: 'True',
    engine: '0',
    kv_cache_max_concurrency: String((kvBlocks * kvBlockTokens) / backend.contextLength),
    kv_cache_size_tokens: String(kvBlocks * kvBlockTokens),
    num_gpu_blocks: String(kvBlocks),
  }
  const info = new Gauge({
    name: 'vllm:cache_config_info',
    help: 'How the KV cache is cut.',
    labelNames: Object.keys(labels),
    registers: [registry],
  })
  info.set(labels, 1)
}
