import { describe, expect, it } from 'vitest'
import { factsFor } from '../../engines/index.ts'
import { parseVllmLoad } from '../../engines/vllm-load.ts'
import { createMetrics } from './metrics.ts'
import { startSimulated } from './testing/index.ts'

/** All metrics that vLLM 0.32.0 exports. */
const known = new Map(factsFor('vllm').metrics.map((metric) => [metric.name, metric]))

/** What a gateway, dashboards and autoscalers read of them. */
const expected = [
  'vllm:num_requests_running',
  'vllm:num_requests_waiting',
  'vllm:num_requests_waiting_by_reason',
  'vllm:kv_cache_usage_perc',
  'vllm:cache_config_info',
  'vllm:prompt_tokens_total',
  'vllm:prompt_tokens_by_source_total',
  'vllm:prompt_tokens_cached_total',
  'vllm:generation_tokens_total',
  'vllm:prefix_cache_queries_total',
  'vllm:prefix_cache_hits_total',
  'vllm:external_prefix_cache_queries_total',
  'vllm:external_prefix_cache_hits_total',
  'vllm:num_preemptions_total',
  'vllm:request_success_total',
  'vllm:time_to_first_token_seconds',
  'vllm:inter_token_latency_seconds',
  'vllm:request_time_per_output_token_seconds',
  'vllm:e2e_request_latency_seconds',
  'vllm:request_queue_time_seconds',
  'vllm:request_inference_time_seconds',
  'vllm:request_prefill_time_seconds',
  'vllm:request_decode_time_seconds',
  'vllm:request_prompt_tokens',
  'vllm:request_generation_tokens',
  'vllm:request_max_num_generation_tokens',
  'vllm:request_params_n',
  'vllm:request_params_max_tokens',
  'vllm:request_num_preemptions',
  'vllm:request_prefill_kv_computed_tokens',
  'vllm:iteration_tokens_total',
]

/** Name and labels of each sample. */
function samplesOf(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^([^#\s{]+)\{(.*)\} \S+$/gm)].map(([, name = '', labels = '']) => [name, labels])
}

function value(text: string, series: string): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1))
}

describe('metrics in vLLM’s names', () => {
  it('are all there from the start, with vLLM’s kinds and labels, so that a dashboard shows 0 and not a gap', async () => {
    const server = await startSimulated()
    const response = await fetch(`${server.url}/metrics`)
    const text = await response.text()
    await server.close()
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => [name, kind])
    expect(types.map(([name]) => name).toSorted()).toEqual(expected.toSorted())
    expect(types).toEqual(types.map(([name = '']) => [name, known.get(name)?.kind]))
    for (const [name = '', labels = ''] of samplesOf(text)) {
      const base = name.replace(/_(?:bucket|sum|count)$/, '')
      const theirs = known.get(name) ?? known.get(base)
      const ours = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le')
      // Of the many labels of the cache's configuration those are there that mean something here.
      const isPart = name === 'vllm:cache_config_info'
      const wanted = theirs?.labels.filter((each) => each !== 'le' && (!isPart || ours.includes(each)))
      expect([name, ours.toSorted()]).toEqual([name, wanted?.toSorted()])
    }
  })

  it('have those of the NIXL connector too where there is one, as vLLM has', async () => {
    const server = await startSimulated({ kvConnector: 'nixl' })
    const text = await (await fetch(`${server.url}/metrics`)).text()
    await server.close()
    expect(text).toContain('vllm:nixl_num_failed_transfers_total{model_name="smol",engine="0"} 0')
    expect(text).toContain('vllm:nixl_num_kv_expired_reqs_total{model_name="smol",engine="0"} 0')
  })

  it('tell how the KV cache is cut, which an index of prefixes has to know', async () => {
    const server = await startSimulated({ kvCapacityTokens: 10_000, kvBlockTokens: 32 })
    const text = await (await fetch(`${server.url}/metrics`)).text()
    await server.close()
    const info = /^vllm:cache_config_info\{(.*)\} 1$/m.exec(text)?.[1]
    expect(info).toContain('block_size="32"')
    expect(info).toContain('num_gpu_blocks="312"')
    expect(info).toContain('kv_cache_size_tokens="9984"')
  })

  it('count what was done', async () => {
    const server = await startSimulated()
    const body = JSON.stringify({ prompt: 'the old river bank '.repeat(10), max_tokens: 7, ignore_eos: true })
    const ask = () =>
      fetch(`${server.url}/v1/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const answers = [await (await ask()).json(), await (await ask()).json()] as { usage: object }[]
    const text = await (await fetch(`${server.url}/metrics`)).text()
    await server.close()
    expect(answers.map(({ usage }) => usage)).toMatchObject([
      { prompt_tokens: 41, prompt_tokens_details: { cached_tokens: 0 } },
      { prompt_tokens: 41, prompt_tokens_details: { cached_tokens: 32 } },
    ])
    const labels = 'model_name="smol",engine="0"'
    expect({
      queries: value(text, `vllm:prefix_cache_queries_total{${labels}}`),
      hits: value(text, `vllm:prefix_cache_hits_total{${labels}}`),
      length: value(text, `vllm:request_success_total{${labels},finished_reason="length"}`),
      stop: value(text, `vllm:request_success_total{${labels},finished_reason="stop"}`),
      firstTokens: value(text, `vllm:time_to_first_token_seconds_count{${labels}}`),
      gaps: value(text, `vllm:inter_token_latency_seconds_count{${labels}}`),
      whole: value(text, `vllm:e2e_request_latency_seconds_count{${labels}}`),
      computed: value(text, `vllm:request_prefill_kv_computed_tokens_sum{${labels}}`),
      local: value(text, `vllm:prompt_tokens_by_source_total{${labels},source="local_compute"}`),
      steps: value(text, `vllm:iteration_tokens_total_sum{${labels}}`),
      maxTokens: value(text, `vllm:request_params_max_tokens_sum{${labels}}`),
      queued: value(text, `vllm:request_queue_time_seconds_count{${labels}}`),
    }).toEqual({
      queries: 82,
      hits: 32,
      length: 2,
      stop: 0,
      firstTokens: 2,
      gaps: 12,
      whole: 2,
      computed: 50,
      local: 50,
      // The prompts' 50, and all tokens of the answers but their last ones.
      steps: 62,
      maxTokens: 14,
      queued: 2,
    })
    expect(parseVllmLoad(text)).toEqual({
      kvCacheTokens: 32_768,
      running: 0,
      waiting: 0,
      kvCacheUsage: 0,
      promptTokens: 82,
      generatedTokens: 14,
    })
  })
})

describe('metrics in llama.cpp’s names', () => {
  it('tell cached prompt tokens apart, as llama.cpp does', async () => {
    const { backend, close } = await startSimulated()
    await close()
    const load = {
      running: 3,
      waiting: 2,
      kvCacheUsage: 0.25,
      promptTokens: 100,
      cachedPromptTokens: 60,
      generatedTokens: 9,
    }
    const text = await createMetrics('llamacpp', Object.assign(Object.create(backend), { load: () => load })).text()
    expect(text.split('\n').filter((line) => line.startsWith('llamacpp:'))).toEqual([
      'llamacpp:requests_processing 3',
      'llamacpp:requests_deferred 2',
      'llamacpp:kv_cache_usage_ratio 0.25',
      'llamacpp:prompt_tokens_total 40',
      'llamacpp:prompt_tokens_cached_total 60',
      'llamacpp:tokens_predicted_total 9',
    ])
  })
})
