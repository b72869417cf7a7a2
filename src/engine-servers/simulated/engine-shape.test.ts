import { describe, expect, it } from 'vitest'
import { stepMs } from '../../engines/index.ts'
import { engineShapeOf } from '../../simulate/index.ts'
import { findGpu, matchModel } from '../../sizing/index.ts'
import { shapeOf } from './engine-shape.ts'
import { parseSettings } from './settings.ts'

const settings = (fields: object) => parseSettings(JSON.stringify(fields))

describe('shapeOf', () => {
  it('makes the speeds constants of a step: a first token after ttft, further ones at the rate', () => {
    const { step } = shapeOf(settings({ ttft: 300, tokensPerSecond: 20 }), 8192)
    expect(stepMs(step, { tokens: 900, pairs: 405_450, context: 0, firstTokens: 1 })).toBe(300)
    expect(stepMs(step, { tokens: 8, pairs: 0, context: 9000, furtherTokens: 8 })).toBe(50)
    // Others wait as long as the prompt takes.
    expect(stepMs(step, { tokens: 100, pairs: 0, context: 9000, firstTokens: 1, furtherTokens: 7 })).toBe(300)
  })

  it('adds what tokens and context take', () => {
    const { step } = shapeOf(
      settings({ ttft: 20, tokensPerSecond: 100, msPerToken: 0.5, msPerContextToken: 0.001 }),
      99,
    )
    expect(stepMs(step, { tokens: 400, pairs: 0, context: 0, firstTokens: 1 })).toBe(220)
    expect(stepMs(step, { tokens: 2, pairs: 0, context: 3000, furtherTokens: 2 })).toBe(10 + 1 + 3)
  })

  it('holds as many contexts as sequences unless it is told how much', () => {
    expect(shapeOf(settings({ maxSequences: 3 }), 1000)).toMatchObject({
      kvCapacityTokens: 3 * 1008,
      kvBlockTokens: 16,
    })
    expect(shapeOf(settings({ kvCapacityTokens: 5000 }), 1000).kvCapacityTokens).toBe(5000)
    expect(() => shapeOf(settings({ kvCapacityTokens: 1000, kvBlockTokens: 32 }), 1000)).toThrow(
      'cannot hold one context',
    )
  })

  it('is the very engine that is simulated where it is to be like a model on a GPU', () => {
    const [match, gpu] = [matchModel('llama-3.1-8b-fp8'), findGpu('l40s')]
    if (match === undefined || gpu === undefined) throw new Error('the catalogue lacks them')
    const given = { context: 8192, maxSequences: 256, maxBatchedTokens: 2048, blockSize: 16 }
    const { kvCapacityTokens, step } = engineShapeOf({ ...match, gpu, ...given })
    const asked = settings({ gpu: 'l40s', model: 'llama-3.1-8b-fp8', maxSequences: 256 })
    expect(shapeOf(asked, 8192)).toEqual({
      kvCapacityTokens,
      kvBlockTokens: 16,
      maxSequences: 256,
      maxBatchedTokens: 2048,
      step,
    })
  })

  it.each<[object, string]>([
    [{ gpu: 'l40s' }, '`model` of the simulated engine is missing'],
    [{ model: 'llama-3.1-8b' }, '`gpu` of the simulated engine is missing'],
    [{ gpu: 'voodoo2', model: 'llama-3.1-8b' }, 'voodoo2, which sizing does not know'],
    [{ gpu: 'l40s', model: 'eliza' }, 'eliza, which sizing does not know'],
  ])('says what it does not know: %j', (fields, message) => {
    expect(() => shapeOf(settings(fields), 8192)).toThrow(message)
  })
})
