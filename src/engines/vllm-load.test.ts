import { describe, expect, it } from 'vitest'
import { parseVllmLoad } from './vllm-load.ts'

/** Lines of vLLM 0.32's exposition, with two data-parallel ranks. */
const metrics = `
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="smol"} 3.0
vllm:num_requests_running{engine="1",model_name="smol"} 2.0
vllm:num_requests_waiting{engine="0",model_name="smol"} 1.0
vllm:num_requests_waiting{engine="1",model_name="smol"} 0.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="smol",reason="capacity"} 7.0
vllm:kv_cache_usage_perc{engine="0",model_name="smol"} 0.5
vllm:kv_cache_usage_perc{engine="1",model_name="smol"} 0.25
vllm:cache_config_info{block_size="16",engine="0",kv_cache_size_tokens="9000",num_gpu_blocks="1000"} 1.0
vllm:cache_config_info{block_size="16",engine="1",num_gpu_blocks="1000"} 1.0
vllm:prompt_tokens_total{engine="0",model_name="smol"} 206.0
vllm:prompt_tokens_cached_total{engine="0",model_name="smol"} 100.0
vllm:generation_tokens_total{engine="0",model_name="smol"} 9.04e+02
`

describe('parseVllmLoad', () => {
  it('sums the ranks of a replica, so that a data-parallel replica does not look idle', () => {
    expect(parseVllmLoad(metrics)).toEqual({
      running: 5,
      waiting: 1,
      kvCacheUsage: 0.375,
      kvCacheTokens: 25_000,
      promptTokens: 206,
      generatedTokens: 904,
    })
  })

  it('leaves out what is not exported, so that nobody takes silence for an idle engine', () => {
    expect(parseVllmLoad('')).toEqual({})
    expect(parseVllmLoad('vllm:num_requests_running NaN\nhttp_requests_total 3')).toEqual({})
    expect(parseVllmLoad('vllm:num_requests_running 4')).toEqual({ running: 4 })
    expect(parseVllmLoad('vllm:cache_config_info{block_size="16",num_gpu_blocks="None"} 1.0')).toEqual({})
    expect(parseVllmLoad('vllm:cache_config_info{block_size="16",num_gpu_blocks="0"} 1.0')).toEqual({})
  })
})
