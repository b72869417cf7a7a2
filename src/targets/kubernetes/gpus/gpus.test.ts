import { describe, expect, it } from 'vitest'
import { validateObject } from '../../../kubernetes/index.ts'
import { fleetSchema, type FleetInput } from '../../../fleet/index.ts'
import { makePlan } from '../../../plan/index.ts'
import { contextOf } from '../context.ts'
import { gpuRequest } from '../../rendering/cluster/index.ts'
import { renderClaimTemplates, renderSharingConfig } from './index.ts'

const model = { name: 'llama', engine: 'vllm', source: 'hf://meta-llama/Llama-3.1-8B-Instruct' } as const
const contextWith = (
  hardware: NonNullable<FleetInput['models'][number]['hardware']>,
  ...more: FleetInput['models']
) => {
  const fleet = fleetSchema.parse({
    name: 'lab',
    models: [{ ...model, hardware: { gpu: 'l40s', ...hardware } }, ...more],
  })
  const plan = makePlan(fleet, { target: 'kubernetes' })
  return contextOf(plan, { version: '1.2.3', fleetText: '', overrides: {}, gateway: true })
}
const requestWith = (hardware: Parameters<typeof contextWith>[0]) => {
  const { engines, names } = contextWith(hardware)
  return engines.map((engine) => gpuRequest(engine, names))[0]
}

describe('a pod asks for GPUs', () => {
  it.each([
    [{ gpus: 2 }, { 'nvidia.com/gpu': '2' }],
    [{ gpu: 'mi300x', gpus: 1 }, { 'amd.com/gpu': '1' }],
    [{ gpus: 1, group: 'small' }, { 'nvidia.com/gpu.shared': '1' }],
    [{ gpus: 1, sharing: 'mps' as const }, { 'nvidia.com/gpu.shared': '1' }],
    [{ gpus: 1, sharing: 'mig' as const, migProfile: '3g.40gb' }, { 'nvidia.com/mig-3g.40gb': '1' }],
    [{ gpus: 0 }, {}],
  ])('%j', (hardware, resources) => expect(requestWith(hardware)?.resources).toEqual(resources))

  it('by a claim that the API server takes, where devices are allocated dynamically', () => {
    const context = contextWith({ gpus: 2, sharing: 'dra' })
    const [template] = renderClaimTemplates(context).objects ?? []
    expect(requestWith({ gpus: 2, sharing: 'dra' })).toEqual({
      resources: {},
      claimTemplate: template?.object.metadata.name,
    })
    expect(validateObject({ ...template?.object })).toEqual([])
    expect(JSON.stringify(template)).toContain("productName.lowerAscii().contains('l40s')")
  })
})

describe('what nodes need first', () => {
  it('is a file for whoever looks after them, with as many slices as a group has models', () => {
    const context = contextWith(
      { gpus: 1, group: 'g' },
      { ...model, name: 'other', hardware: { gpu: 'l40s', group: 'g' } },
    )
    const { files = [], notes = [] } = renderSharingConfig(context)
    expect(files[0]).toMatchObject({ path: 'cluster/fairlead-gpu-sharing.yaml', value: { kind: 'ConfigMap' } })
    expect(JSON.stringify(files[0])).toContain('replicas: 2')
    expect(notes.map(({ severity }) => severity)).toEqual(['warning', 'warning'])
  })

  it.each([
    [{ gpus: 2, sharing: 'timeSlicing' as const }, 'may lie on one GPU'],
    [{ gpus: 1, sharing: 'mig' as const }, 'migProfile is not set'],
    [{ gpus: 1, sharing: 'dra' as const, group: 'g' }, 'a group shares them'],
  ])('cannot be had: %j', (hardware, message) => {
    const errors = renderSharingConfig(contextWith(hardware)).notes?.filter(({ severity }) => severity === 'error')
    expect(errors?.[0]?.message).toContain(message)
  })

  it('is nothing where every model has GPUs of its own', () => {
    expect(renderSharingConfig(contextWith({ gpus: 1 }))).toEqual({ notes: [], files: [] })
  })
})
