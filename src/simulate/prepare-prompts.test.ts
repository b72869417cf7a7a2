import { describe, expect, it } from 'vitest'
import type { WorkloadRequest } from './contract.ts'
import { commonUnits, preparePrompts } from './prepare-prompts.ts'
import { requestOf } from './testing/simulations.ts'

const prepare = (requests: readonly WorkloadRequest[]) => preparePrompts({ name: 'test', blockTokens: 64, requests })

describe('preparePrompts', () => {
  it('tells equal ids behind different beginnings apart', () => {
    const [one, two, three] = prepare([
      requestOf({ promptTokens: 128, blocks: [1, 5] }),
      requestOf({ promptTokens: 128, blocks: [2, 5] }),
      requestOf({ promptTokens: 128, blocks: [1, 5] }),
    ])
    expect(one?.units).toEqual(three?.units)
    expect(one?.units[1]).not.toBe(two?.units[1])
    expect(prepare([requestOf({ promptTokens: 128, blocks: [5, 5] })])[0]?.units).toHaveLength(2)
  })

  it('names an answer as the next turn does, so that the engine is found to hold it', () => {
    const turns = [
      requestOf({ promptTokens: 70, outputTokens: 100, blocks: [1, 2] }),
      requestOf({ promptTokens: 200, outputTokens: 9, blocks: [1, 3, 4, 5], after: 0 }),
    ]
    const [first, second] = prepare(turns)
    expect(first).toMatchObject({ units: second?.units.slice(0, 3), namedTokens: 170, tokens: 70 })
  })

  it('does not where the next turn is about something else', () => {
    const turns = [
      requestOf({ promptTokens: 70, outputTokens: 100, blocks: [1, 2] }),
      requestOf({ promptTokens: 200, outputTokens: 9, blocks: [9, 3, 4, 5], after: 0 }),
    ]
    expect(prepare(turns)[0]).toMatchObject({ namedTokens: 70 })
  })
})

const promptsOf = (...blocks: readonly number[][]) =>
  preparePrompts({
    name: 'test',
    blockTokens: 64,
    requests: blocks.map((ids) => requestOf({ promptTokens: ids.length * 64, blocks: ids })),
  })

describe('what all prompts begin with', () => {
  it('is counted in units, so that consistent hashing looks behind a system prompt', () => {
    expect(commonUnits(promptsOf([1, 2, 3], [1, 2, 4], [1, 2]))).toBe(2)
    expect(commonUnits(promptsOf([1], [2]))).toBe(0)
    expect([commonUnits(promptsOf([1, 2])), commonUnits([])]).toEqual([0, 0])
  })
})
