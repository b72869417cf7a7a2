import { describe, expect, it } from 'vitest'
import { loadFleet } from '../../fleet/index.ts'
import { parseSettings } from './settings.ts'

describe('parseSettings', () => {
  it('has the Fleet’s defaults, so that the process alone behaves as the Fleet documents', () => {
    const { fleet } = loadFleet('name: test\nmodels: [{ name: sim, engine: simulated }]', { file: 'test.yaml' })
    expect(parseSettings()).toEqual({ ...fleet?.models[0]?.simulated, maxBatchedTokens: 2048 })
  })
})
