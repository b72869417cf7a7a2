import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/index.ts'
import { loadFleet } from '../../fleet/index.ts'
import { externalEngine } from './index.ts'

describe('the external engine', () => {
  it('is not started by Fairlead, and says what to do instead', () => {
    const fleet = { name: 'test', models: [{ name: 'far', engine: 'external', addresses: ['http://far:8000'] }] }
    const model = loadFleet(JSON.stringify(fleet), { file: 'test.json' }).fleet?.models[0]
    if (model === undefined) throw new Error('the Fleet of this test is broken')
    const launch = () =>
      externalEngine.launch({ model, host: '127.0.0.1', port: 1, threads: 1, binariesOnPath: new Set() })
    expect(launch).toThrow(UserError)
    expect(launch).toThrow('far runs on an external server')
  })

  it('takes the load of a vLLM behind it, and none from a server that exports something else', () => {
    expect(externalEngine.parseLoad('vllm:num_requests_running{engine="0",model_name="far"} 2.0')).toEqual({
      running: 2,
    })
    expect(externalEngine.parseLoad('<html>no metrics here</html>')).toEqual({})
  })
})
