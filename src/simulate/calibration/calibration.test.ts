import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { simulate } from '../simulate.ts'
import { closedLoop, engineWith } from '../testing/simulations.ts'
import { fitStepCost, type StepSample } from './fit-step-cost.ts'
import { stepSamplesOf } from './step-samples.ts'

const factor = (max: number) => fc.double({ min: 0, max, noNaN: true })
const columns = fc.record({
  steps: fc.integer({ min: 1, max: 9 }),
  tokens: fc.integer({ min: 1, max: 4096 }),
  context: fc.integer({ min: 0, max: 200_000 }),
})

// proves F3 (simulated)
describe('fitStepCost', () => {
  it('finds the figures that the times were made with', () => {
    const samples: StepSample[] = [1, 8, 64, 512].flatMap((tokens) =>
      [0, 1000, 50_000].map((context) => ({ tokens, context, ms: 7 + 0.05 * tokens + 0.0002 * context })),
    )
    const { cost, relativeError } = fitStepCost(samples)
    expect(cost).toMatchObject({ weightsMs: 0, msPerAttentionPair: 0 })
    expect([cost.baseMs, cost.msPerToken * 1000, cost.msPerContextToken * 1e6]).toEqual([
      expect.closeTo(7, 4),
      expect.closeTo(50, 4),
      expect.closeTo(200, 4),
    ])
    expect(relativeError).toBeLessThan(1e-6)
  })

  it('has no negative figure, whatever was measured, or a simulation would go back in time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(columns, fc.double({ min: 0.01, max: 1e5, noNaN: true })), { minLength: 1, maxLength: 30 }),
        (rows) => {
          const { cost } = fitStepCost(rows.map(([row, ms]) => ({ ...row, ms })))
          for (const figure of [cost.baseMs, cost.msPerToken, cost.msPerContextToken]) {
            expect(figure).toBeGreaterThanOrEqual(0)
            expect(figure).toBeLessThan(Infinity)
          }
        },
      ),
    )
  })

  it('agrees with what follows such a rule, as far as that is determined', () => {
    fc.assert(
      fc.property(
        factor(20),
        factor(1),
        factor(0.01),
        fc.array(columns, { minLength: 4, maxLength: 30 }),
        (base, token, context, rows) => {
          const samples = rows.map((row) => ({
            ...row,
            ms: base * row.steps + token * row.tokens + context * row.context,
          }))
          fc.pre(samples.every(({ ms }) => ms > 1e-3))
          expect(fitStepCost(samples).relativeError).toBeLessThan(1e-3)
        },
      ),
    )
  })

  it('takes as many samples as a file may have', () => {
    const samples = Array.from({ length: 200_000 }, (_, place) => ({ tokens: 1 + (place % 7), context: 0, ms: 5 }))
    expect(fitStepCost(samples).cost.baseMs).toBeCloseTo(5)
  })

  it('says so when there is nothing to go by', () => {
    expect(() => fitStepCost([{ tokens: 1, context: 1, ms: 0 }])).toThrow('nothing to calibrate')
  })
})

describe('stepSamplesOf', () => {
  it('leads from latencies of a simulated engine back to its figures, on a load that it was not fitted to', () => {
    const step = { baseMs: 9, msPerToken: 0.2, msPerContextToken: 0.001, weightsMs: 0, msPerAttentionPair: 0 }
    const truth = { ...engineWith(step), kvCapacityTokens: 32_768 }
    const samples = [1, 2, 4, 8].flatMap((concurrency) =>
      [300, 900].flatMap((promptTokens) => {
        const measured = simulate(closedLoop(truth, { promptTokens, outputTokens: 64, concurrency, rounds: 6 }))
        const { ttftMs, tpotMs } = measured
        return stepSamplesOf(
          { promptTokens, cachedTokens: 0, outputTokens: 64, concurrency, ttftMs: ttftMs.p50, tpotMs: tpotMs.p50 },
          truth.maxBatchedTokens,
        )
      }),
    )
    const { cost } = fitStepCost(samples)
    const other = { promptTokens: 500, outputTokens: 100, concurrency: 6, rounds: 6 }
    const [real, predicted] = [truth, { ...truth, step: cost }].map((engine) => simulate(closedLoop(engine, other)))
    expect(relative(predicted?.tpotMs.p50, real?.tpotMs.p50)).toBeLessThan(0.1)
    expect(relative(predicted?.ttftMs.p50, real?.ttftMs.p50)).toBeLessThan(0.1)
  })
})

const relative = (one = NaN, other = NaN): number => Math.abs(one / other - 1)
