import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LearnedSizes, sizeCells } from './learned-sizes.ts'

const observations = fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 150 })

describe('LearnedSizes', () => {
  it('are guesses before the first answer, and moving means from then on', () => {
    fc.assert(
      fc.property(observations, (all) => {
        const { outputTokens, bytesPerToken } = new LearnedSizes()
        expect([outputTokens.value, bytesPerToken.value]).toEqual([256, 0])
        let [tokens, bytes] = [256, all[0] ?? 0]
        for (const [before, each] of all.entries()) {
          outputTokens.learn(each)
          bytesPerToken.learn(each)
          tokens += (each - tokens) / Math.min(before + 2, 100)
          bytes += (each - bytes) / Math.min(before + 1, 100)
        }
        expect(outputTokens.value).toBeCloseTo(tokens, 1)
        expect(bytesPerToken.value).toBeCloseTo(bytes, 1)
      }),
    )
  })

  it('are one for all threads, and apart for each model', () => {
    const cells = new Int32Array(new SharedArrayBuffer(4 * 2 * sizeCells))
    const [first, second, other] = [new LearnedSizes(cells, 1), new LearnedSizes(cells, 1), new LearnedSizes(cells, 0)]
    first.imageTokens.learn(1_000)
    second.imageTokens.learn(2_000)
    expect(first.imageTokens.value).toBeCloseTo((256 + 1_000 + 2_000) / 3, 1)
    expect([other.imageTokens.value, first.outputTokens.value]).toEqual([256, 256])
  })

  it('take no size that cannot be', () => {
    const { promptBytesPerToken } = new LearnedSizes()
    for (const each of [-5, Infinity, 0]) promptBytesPerToken.learn(each)
    expect(promptBytesPerToken.value).toBeGreaterThan(0)
    expect(promptBytesPerToken.value).toBeLessThan(2 ** 21)
  })
})
