import { describe, expect, it } from 'vitest'
import { fleetSchema } from '../../fleet/index.ts'
import { checkArguments } from '../arguments/index.ts'
import { sglangFacts } from './facts.ts'
import { sglangEngine } from './index.ts'

const [model] = fleetSchema.parse({
  name: 'f',
  models: [{ name: 'm', engine: 'sglang', source: 'hf://owner/name', context: '8k' }],
}).models
if (model === undefined) throw new Error('no model')
const request = { model, host: '127.0.0.1', port: 9000, threads: 2, binariesOnPath: new Set(['sglang']) }

describe('launching SGLang', () => {
  it('starts the sglang on PATH with a line that its parser takes', () => {
    const { program, args } = sglangEngine.launch(request)
    expect(program).toEqual({ kind: 'binary', name: 'sglang' })
    expect(args.join(' ')).toBe(
      'serve --model-path owner/name --served-model-name m --host 127.0.0.1 --port 9000 --context-length 8192 --enable-metrics',
    )
    expect(checkArguments(sglangFacts, args.slice(1))).toEqual([])
  })

  it('says what to install where there is none', () => {
    expect(() => sglangEngine.launch({ ...request, binariesOnPath: new Set() })).toThrow('no `sglang` on PATH')
  })
})

describe('the load of SGLang', () => {
  it('counts a tensor-parallel replica once and sums its data-parallel ranks', () => {
    const metrics = `
sglang:num_running_reqs{model_name="m",tp_rank="0",dp_rank="0"} 3
sglang:num_running_reqs{model_name="m",tp_rank="1",dp_rank="0"} 3
sglang:num_running_reqs{model_name="m",tp_rank="0",dp_rank="1"} 1
sglang:num_queue_reqs{model_name="m",tp_rank="0"} 2
sglang:token_usage{model_name="m",tp_rank="0",dp_rank="0"} 0.5
sglang:token_usage{model_name="m",tp_rank="0",dp_rank="1"} 0.1
sglang:max_total_num_tokens{model_name="m",tp_rank="0",dp_rank="0"} 4000
sglang:max_total_num_tokens{model_name="m",tp_rank="1",dp_rank="0"} 4000
sglang:max_total_num_tokens{model_name="m",tp_rank="0",dp_rank="1"} 3000
sglang:prompt_tokens_total{model_name="m"} 70
sglang:generation_tokens_total{model_name="m"} 9
`
    expect(sglangEngine.parseLoad(metrics)).toEqual({
      running: 4,
      waiting: 2,
      kvCacheUsage: 0.3,
      kvCacheTokens: 7000,
      promptTokens: 70,
      generatedTokens: 9,
    })
  })

  it('is empty for metrics of something else', () => {
    expect(sglangEngine.parseLoad('vllm:num_requests_running 3')).toEqual({})
  })
})
