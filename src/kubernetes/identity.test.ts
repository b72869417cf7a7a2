import { describe, expect, it } from 'vitest'
import { fieldManager, objectLabels, selectorLabels } from './index.ts'

const part = { fleet: 'lab', component: 'engine', model: 'llama-3', role: 'prefill' } as const

describe('labels', () => {
  it('hold every label that a selector asks for, so that controllers find their pods', () => {
    expect(objectLabels(part)).toMatchObject(selectorLabels(part))
  })

  it('tell prefill from decode and one Fleet from another, so that no Service mixes them', () => {
    expect(selectorLabels(part)).not.toEqual(selectorLabels({ ...part, role: 'decode' }))
    expect(selectorLabels(part)).not.toEqual(selectorLabels({ ...part, fleet: 'other' }))
  })

  it('name who owns an object by the name that applies it', () => {
    expect(objectLabels(part)['app.kubernetes.io/managed-by']).toBe(fieldManager)
  })
})
