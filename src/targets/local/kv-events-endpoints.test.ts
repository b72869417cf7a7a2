import { describe, expect, it } from 'vitest'
import { engineFor } from '../../engines/index.ts'
import { loadFleet, type Model } from '../../fleet/index.ts'
import { kvEventsEndpointsOf } from './kv-events-endpoints.ts'
import { stateFolderOf } from './state-folder.ts'

function modelOf(fields: object): Model {
  const { fleet } = loadFleet(
    JSON.stringify({
      name: 'test',
      models: [{ name: 'm', source: 'hf://o/m', routing: { policy: 'prefixExact' }, ...fields }],
    }),
    { file: 'test.yaml' },
  )
  const [model] = fleet?.models ?? []
  if (model === undefined) throw new Error('the Fleet of this test is broken')
  return model
}
const endpointsOf = (model: Model, home = '/home/lab') =>
  kvEventsEndpointsOf(stateFolderOf({ HOME: home }, 'test'), 'm-0', model, engineFor(model.engine))

describe('where replicas on this machine publish their KV events', () => {
  it('is a folder that only this user enters, and the engine is told, with what routing by events needs', () => {
    const model = modelOf({ engine: 'vllm' })
    const kvEvents = endpointsOf(model)
    const folder = '/home/lab/.local/state/fairlead/test'
    expect(kvEvents).toEqual({ endpoint: `ipc://${folder}/m-0.kv`, replayEndpoint: `ipc://${folder}/m-0.kv-replay` })
    const request = { model, host: '127.0.0.1', port: 8000, threads: 1, binariesOnPath: new Set(['vllm']) }
    const { args } = engineFor('vllm').launch({ ...request, ...(kvEvents && { kvEvents }) })
    expect(args).toEqual(
      expect.arrayContaining(['--enable-prefix-caching', '--enable-prompt-tokens-details', '--mm-hasher-algorithm']),
    )
    expect(JSON.parse(args[args.indexOf('--kv-events-config') + 1] ?? '')).toEqual({
      enable_kv_cache_events: true,
      publisher: 'zmq',
      endpoint: kvEvents?.endpoint,
      replay_endpoint: kvEvents?.replayEndpoint,
    })
    expect(engineFor('vllm').launch(request).args).not.toContain('--kv-events-config')
  })

  it('is told to the simulated engine too', () => {
    const model = modelOf({ engine: 'simulated', source: undefined })
    const kvEvents = endpointsOf(model)
    const request = { model, host: '127.0.0.1', port: 8000, threads: 1, binariesOnPath: new Set<string>() }
    const { args } = engineFor('simulated').launch({ ...request, ...(kvEvents && { kvEvents }) })
    expect(args.join(' ')).toContain(`"endpoint":"${kvEvents?.endpoint}"`)
  })

  it.each<[string, object, string?]>([
    ['another policy', { engine: 'vllm', routing: { policy: 'prefix' } }],
    ['an engine that has none', { engine: 'llamacpp', source: 'file:///m.gguf' }],
    ['a cache of prefixes that is off', { engine: 'vllm', kvCache: { prefixCaching: false } }],
    ['data-parallel ranks, which have no sockets of their own', { engine: 'vllm', parallelism: { data: 2 } }],
    ['events that the Fleet sends elsewhere', { engine: 'vllm', engineArgs: ['--kv-events-config={}'] }],
    ['a folder too deep for sockets', { engine: 'vllm' }, `/home/${'deep/'.repeat(20)}`],
  ])('is nowhere for %s', (_what, fields, home) => {
    expect(endpointsOf(modelOf(fields), home)).toBeUndefined()
  })
})
