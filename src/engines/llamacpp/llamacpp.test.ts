import { describe, expect, it } from 'vitest'
import { fleetSchema, type FleetInput } from '../../fleet/index.ts'
import type { LaunchRequest } from '../contract.ts'
import { llamacppEngine } from './index.ts'

function request(fields: Partial<FleetInput['models'][number]>, binaries: readonly string[] = []): LaunchRequest {
  const { models } = fleetSchema.parse({ name: 'f', models: [{ name: 'm', engine: 'llamacpp', ...fields }] })
  const [model] = models
  if (model === undefined) throw new Error('no model')
  return { model, modelPath: '/m.gguf', host: '127.0.0.1', port: 9000, threads: 2, binariesOnPath: new Set(binaries) }
}

describe('launching llama.cpp', () => {
  it('prefers the llama-server that the person has, and gives both servers the same flags', () => {
    const ours = llamacppEngine.launch(request({}))
    const theirs = llamacppEngine.launch(request({}, ['llama-server']))
    expect(ours.program).toEqual({ kind: 'server', name: 'llamacpp' })
    expect(theirs.program).toEqual({ kind: 'binary', name: 'llama-server' })
    expect(ours.args).toEqual(theirs.args)
  })

  it('asks for the context of all sequences together, all names, and the person’s own arguments last', () => {
    const { args } = llamacppEngine.launch(
      request({ aliases: ['a', 'b/c'], context: '2k', maxSequences: 3, engineArgs: ['--batch-size', '64'] }),
    )
    expect(args.join(' ')).toBe(
      '--model /m.gguf --alias m,a,b/c --host 127.0.0.1 --port 9000 --ctx-size 6144 --parallel 3 --threads 2 --metrics --jinja --batch-size 64',
    )
  })

  it('leaves the context to the model where the Fleet does', () => {
    expect(llamacppEngine.launch(request({})).args.join(' ')).toContain('--ctx-size 0 --parallel 4')
  })

  it('refuses a model without a file', () => {
    const { modelPath: _, ...without } = request({})
    expect(() => llamacppEngine.launch(without)).toThrow('Model m has no file to serve.')
  })
})

describe('the load of llama.cpp', () => {
  it('reads what llama-server exports', () => {
    const metrics = `# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed, excluding cached tokens
# TYPE llamacpp:prompt_tokens_total counter
llamacpp:prompt_tokens_total 115
llamacpp:prompt_tokens_cached_total 67
llamacpp:tokens_predicted_total 960
llamacpp:tokens_predicted_seconds_total 307.532
llamacpp:requests_processing 2
llamacpp:requests_deferred 1
`
    expect(llamacppEngine.parseLoad(metrics)).toEqual({
      running: 2,
      waiting: 1,
      promptTokens: 182,
      generatedTokens: 960,
    })
  })

  it('is empty for metrics of something else', () => {
    expect(llamacppEngine.parseLoad('vllm:num_requests_running 3')).toEqual({})
  })
})
