import { describe, expect, it } from 'vitest'
import { fleetSchema, type FleetInput } from '../fleet/index.ts'
import { makePlan, planStorage } from './index.ts'

type ModelInput = FleetInput['models'][number]
const llama: ModelInput = {
  name: 'llama',
  engine: 'vllm',
  source: 'hf://meta-llama/Llama-3.1-8B-Instruct',
  hardware: { gpu: 'l40s' },
}
const storageOf = (models: readonly ModelInput[], storage: FleetInput['storage'] = {}) =>
  planStorage(makePlan(fleetSchema.parse({ name: 'lab', models: [...models], storage }), { target: 'kubernetes' }))
const choice = (plan: ReturnType<typeof storageOf>, kind: string) => plan.choices.find((each) => each.kind === kind)

// proves B12 (real part)
describe('ways of keeping models', () => {
  it('count a copy on each machine, or one in all', () => {
    const plan = storageOf([{ ...llama, replicas: 4 }])
    const [weights] = plan.weights
    expect(weights?.machines).toBe(4)
    expect(choice(plan, 'hostPath')).toMatchObject({ copies: 4, bytes: 4 * (weights?.bytes ?? 0) })
    expect(choice(plan, 'sharedClaim')).toMatchObject({ copies: 1, fetchedBytes: weights?.bytes })
  })

  it('advise the machine’s own disk where there is one machine, and a shared volume where there are more', () => {
    expect(storageOf([llama]).advice.kind).toBe('hostPath')
    expect(storageOf([{ ...llama, maxReplicas: 3 }]).advice.kind).toBe('sharedClaim')
    expect(storageOf([{ ...llama, maxReplicas: 3 }], { models: { storageClass: 'longhorn' } }).advice.kind).toBe(
      'claimPerModel',
    )
    expect(storageOf([{ ...llama, source: 'oci://registry.example.org/llama:1' }]).advice.kind).toBe('imageVolume')
  })

  it('say why images cannot be where models come from a hub', () => {
    expect(choice(storageOf([llama]), 'imageVolume')?.refusal).toContain('llama')
  })

  it('say that one machine is enough for a volume that only one may write', () => {
    expect(choice(storageOf([llama]), 'claimPerModel')?.needs[0]).toContain('ReadWriteOnce')
    expect(choice(storageOf([{ ...llama, replicas: 2 }]), 'claimPerModel')?.needs[0]).toContain('ReadWriteMany')
  })

  it('name models whose size nobody knows rather than count them as nothing', () => {
    expect(storageOf([{ ...llama, source: 'hf://nobody/knows-this' }])).toMatchObject({
      weights: [],
      unknown: ['llama'],
    })
  })
})
