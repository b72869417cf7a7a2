import { describe, expect, it } from 'vitest'
import { parseVllmLoad } from '../../engines/vllm-load.ts'
import { createMetrics } from './metrics.ts'
import { startSimulated } from './testing/index.ts'

/** Names, kinds and labels of the series that vLLM 0.32.0 exports and the gateway, dashboards and autoscaler read. */
const vllmSeries = [
  ['vllm:num_requests_running', 'gauge'],
  ['vllm:num_requests_waiting', 'gauge'],
  ['vllm:kv_cache_usage_perc', 'gauge'],
  ['vllm:prompt_tokens_total', 'counter'],
  ['vllm:generation_tokens_total', 'counter'],
  ['vllm:prefix_cache_queries_total', 'counter'],
  ['vllm:prefix_cache_hits_total', 'counter'],
  ['vllm:request_success_total', 'counter'],
  ['vllm:time_to_first_token_seconds', 'histogram'],
  ['vllm:inter_token_latency_seconds', 'histogram'],
  ['vllm:e2e_request_latency_seconds', 'histogram'],
]

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
    expect(vllmSeries.map(([name]) => [name, new RegExp(`^# TYPE ${name} (.*)$`, 'm').exec(text)?.[1]])).toEqual(
      vllmSeries,
    )
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(samples.filter((line) => !/[{,]model_name="smol"/.test(line) || !/[{,]engine="0"/.test(line))).toEqual([])
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
    }).toEqual({ queries: 82, hits: 32, length: 2, stop: 0, firstTokens: 2, gaps: 12, whole: 2 })
    expect(parseVllmLoad(text)).toEqual({
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
