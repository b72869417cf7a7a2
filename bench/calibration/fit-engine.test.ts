import { describe, expect, it } from 'vitest'
import { fitEngine } from './fit-engine.ts'
import { fitLoads, judgeLoads } from './loads.ts'
import { predict } from './predict.ts'

const limits = { maxSequences: 4, kvCapacityTokens: 4096, maxBatchedTokens: 128, maxPromptTokensBeside: 32 }
const truth = {
  baseMs: 6,
  msPerToken: 4,
  weightsMs: 12,
  msPerAttentionPair: 0.001,
  msPerContextToken: 0.01,
  assumptions: [],
}

describe('fitEngine', () => {
  it('comes back to an engine from its medians, and foretells loads that it has not seen', () => {
    const measured = fitLoads.map((load) => ({ load, figures: predict(load, limits, truth) }))
    const fit = fitEngine(measured, limits)
    expect(fit.error).toBeLessThan(0.05)
    for (const load of judgeLoads) {
      const [theirs, ours] = [predict(load, limits, truth), predict(load, limits, fit.step)]
      expect(Math.abs(ours.ttftMs.p50 / theirs.ttftMs.p50 - 1)).toBeLessThan(0.15)
      expect(Math.abs(ours.tpotMs.p50 / theirs.tpotMs.p50 - 1)).toBeLessThan(0.15)
    }
  })
})
