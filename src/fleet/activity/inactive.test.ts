import { describe, expect, it } from 'vitest'
import { loadFleet } from '../index.ts'
import type { Purpose } from './active-fields.ts'

const warnings = (source: string, purpose: Purpose) =>
  loadFleet(source, { file: 'f', purpose }).diagnostics.map(({ path, message }) => `${path}: ${message}`)
const fleet = (model: string, rest = '') => `name: lab\nmodels:\n  - { name: m, ${model} }\n${rest}`
const gpu = 'source: hf://owner/name'

// proves A1 (real part)
describe('fields that nothing acts on', () => {
  it('hang on the engine: what vLLM is told, llama.cpp may not be', () => {
    const settings = 'hardware: { memoryFraction: 0.8 }, kvCache: { dtype: auto }'
    expect(warnings(fleet(`${gpu}, ${settings}`), 'run')).toEqual([])
    expect(warnings(fleet(`source: file:///m.gguf, ${settings}`), 'run')).toEqual([
      'models[0].hardware: read by `fairlead plan`, and has no effect yet on target local',
      'models[0].kvCache.dtype: read by `fairlead plan`, and has no effect yet on target local',
    ])
  })

  it('are told for target local also when the Fleet is only planned', () => {
    expect(warnings(fleet(`${gpu}, resources: { cpu: 4 }`), 'plan')).toEqual([
      'models[0].resources: read by `fairlead plan`, and has no effect yet on target local; it has on kubernetes, kserve, llmd',
    ])
  })

  it('name the target that is asked for, whatever the Fleet itself says, and the targets that act on them', () => {
    const compose = 'targets: { default: compose }\n'
    const placed = `${gpu}, resources: { cpu: 4 }, placement: { nodeSelector: { zone: a } }`
    expect(warnings(fleet(placed, compose), 'kubernetes')).toEqual([])
    expect(warnings(fleet(placed, compose), 'plan')).toEqual([
      'models[0].placement.nodeSelector: accepted, and has no effect yet on target compose; it has on kubernetes, kserve, llmd',
    ])
  })

  it('are told where only a plan reads them', () => {
    expect(warnings(fleet(`${gpu}, lifecycle: { load: request }`), 'kubernetes')).toEqual([
      'models[0].lifecycle.load: read by `fairlead plan`, and has no effect yet on target kubernetes',
    ])
  })

  it('are fewer in a plan for another target, and never none by silence', () => {
    const kubernetes = 'targets: { default: kubernetes, kubernetes: { context: lab } }\n'
    expect(warnings(fleet(`${gpu}, resources: { cpu: 4 }`, kubernetes), 'plan')).toEqual([
      'targets.kubernetes.context: accepted, and has no effect yet on target kubernetes',
    ])
    expect(warnings(fleet(`${gpu}, resources: { cpu: 4 }`, kubernetes), 'run')).toHaveLength(2)
  })
})
