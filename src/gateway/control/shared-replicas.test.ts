import { describe, expect, it } from 'vitest'
import { loadFleet, requireFleet } from '../../fleet/index.ts'
import { isShared } from './shared-replicas.ts'

const addresses = ['http://gpu-1:8000']
const shared = (gateway: object, model: object) => {
  const document = JSON.stringify({ name: 'test', gateway, models: [{ name: 'm', ...model }] })
  const fleet = requireFleet(loadFleet(document, { file: 'fleet.yaml', environment: {} }))
  return fleet.models.map((each) => isShared(each, fleet.gateway.replicas))
}

// proves C4 (real part)
describe('whether others send requests to a model’s replicas', () => {
  it.each([
    ['one gateway', {}, { engine: 'simulated' }, false],
    ['several gateways', { replicas: 3 }, { engine: 'simulated' }, true],
    [
      'several gateways, and the model says that it is not',
      { replicas: 3 },
      { engine: 'simulated', routing: { sharedReplicas: false } },
      false,
    ],
    [
      'one gateway, and the model says that it is',
      {},
      { engine: 'simulated', routing: { sharedReplicas: true } },
      true,
    ],
    ['several gateways before a service of somebody else', { replicas: 3 }, { engine: 'external', addresses }, false],
    [
      'two gateways before the same addresses',
      {},
      { engine: 'external', addresses, routing: { sharedReplicas: true } },
      true,
    ],
  ])('%s', (_what, gateway, model, expected) => {
    expect(shared(gateway, model)).toEqual([expected])
  })
})
