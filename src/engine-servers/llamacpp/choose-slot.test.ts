import { describe, expect, it } from 'vitest'
import { chooseSlot } from './choose-slot.ts'

const slot = (cachedTokens: number, commonTokens: number, lastUsed: number) => ({
  cachedTokens,
  commonTokens,
  lastUsed,
})

describe('chooseSlot', () => {
  it.each([
    ['continues a conversation', [slot(0, 0, 0), slot(500, 500, 3), slot(500, 40, 4)], 600, 1],
    ['takes an empty one rather than one that shares a short system prompt', [slot(500, 30, 2), slot(0, 0, 0)], 600, 1],
    ['takes the one that was not used for the longest time', [slot(500, 30, 7), slot(500, 30, 5)], 600, 1],
    ['repeats a short prompt whose long answer is still cached', [slot(0, 0, 0), slot(540, 40, 1)], 40, 1],
    [
      'keeps the other conversation when both share a long document',
      [slot(1200, 1000, 2), slot(1100, 1000, 1)],
      1300,
      1,
    ],
    ['takes any at first', [slot(0, 0, 0), slot(0, 0, 0)], 10, 0],
  ])('%s', (_case, idle, promptTokens, chosen) => {
    expect(chooseSlot(idle, promptTokens)).toBe(idle[chosen])
  })

  it('has nothing to give when all are busy', () => {
    expect(chooseSlot([], 10)).toBeUndefined()
  })
})
