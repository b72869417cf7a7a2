import { describe, expect, it } from 'vitest'
import { prepareSimulated } from '../../engine-servers/simulated/index.ts'
import { loadFleet, type Model } from '../../fleet/index.ts'
import { simulatedEngine } from './index.ts'

function modelOf(fields: object): Model {
  const fleet = { name: 'test', models: [{ name: 'sim', engine: 'simulated', ...fields }] }
  const model = loadFleet(JSON.stringify(fleet), { file: 'test.json' }).fleet?.models[0]
  if (model === undefined) throw new Error('the Fleet of this test is broken')
  return model
}

function launch(fields: object) {
  return simulatedEngine.launch({
    model: modelOf(fields),
    host: '127.0.0.1',
    port: 8123,
    threads: 1,
    binariesOnPath: new Set(),
  })
}

const settingsOf = (fields: object) => JSON.parse(launch(fields).args.at(-1)?.replace('--settings=', '') ?? '')

describe('the simulated engine', () => {
  it('is launched as our own process, with flags that this process understands', async () => {
    const { program, args } = launch({
      aliases: ['sim-a', 'sim-b'],
      context: 2048,
      maxSequences: 3,
      simulated: { ttft: '1s', tokensPerSecond: 12.5, failEvery: 4 },
    })
    expect(program).toEqual({ kind: 'server', name: 'simulated' })
    const { backend, host, port } = await prepareSimulated(args)
    expect([host, port, backend.modelNames, backend.contextLength]).toEqual([
      '127.0.0.1',
      8123,
      ['sim', 'sim-a', 'sim-b'],
      2048,
    ])
    await backend.close()
    expect(JSON.parse(args.at(-1)?.replace('--settings=', '') ?? '')).toMatchObject({
      ttft: 1000,
      tokensPerSecond: 12.5,
      failEvery: 4,
      maxSequences: 3,
    })
  })

  it('takes and gives prompts of other engines where a model has prefill and decode replicas', () => {
    expect(settingsOf({})).toMatchObject({ kvConnector: 'none' })
    expect(settingsOf({ simulated: { kvConnector: 'nixl' } })).toMatchObject({ kvConnector: 'nixl' })
    const split = { prefill: { replicas: 1 }, decode: { replicas: 2 }, maxBatchedTokens: 512 }
    expect(settingsOf(split)).toMatchObject({ kvConnector: 'nixl', maxBatchedTokens: 512 })
  })

  it('needs no flag that the Fleet leaves out', () => {
    expect(launch({}).args.map((argument) => argument.split('=')[0])).toEqual([
      '--model',
      '--host',
      '--port',
      '--settings',
    ])
  })
})
