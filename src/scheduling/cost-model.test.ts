import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from './contract.ts'
import { CostModel } from './cost-model.ts'
import { randomFrom } from '../engines/index.ts'

/** An engine: so many milliseconds to the first token, and a token of prefill, and a token of context. */
const engine =
  (baseMs: number, prefillMs: number, stepMs: number, contextMs: number, requestMs = 0) =>
  (random: () => number) => {
    const pendingPrefillTokens = Math.floor(random() ** 3 * 40_000)
    const promptTokens = 100 + Math.floor(random() ** 2 * 20_000)
    const cachedTokens = Math.floor(random() * promptTokens * 0.9)
    const inFlightTokens = Math.floor(random() * 300_000)
    const inFlight = (pendingPrefillTokens * 7 + promptTokens) % 20
    const noise = 0.8 + 0.4 * random()
    const outcome: Outcome = {
      place: 0,
      promptTokens,
      cachedTokens,
      outputTokens: 200,
      ttftMs:
        noise * (baseMs + requestMs * inFlight + prefillMs * (pendingPrefillTokens + promptTokens - cachedTokens)),
      tpotMs: noise * (stepMs + contextMs * (inFlightTokens + promptTokens)),
      sent: { inFlight, pendingPrefillTokens, inFlightTokens, uncachedTokens: promptTokens - cachedTokens },
    }
    return outcome
  }

// proves C4 (real part)
describe('the cost model', () => {
  it.each([
    { title: 'a GPU', baseMs: 40, prefillMs: 0.044, stepMs: 14, contextMs: 0.00019 },
    { title: 'a fast GPU', baseMs: 25, prefillMs: 0.008, stepMs: 5, contextMs: 0.00003 },
    { title: 'a CPU', baseMs: 200, prefillMs: 4, stepMs: 90, contextMs: 0.003 },
  ])('learns $title from 300 answers within 20 %', ({ baseMs, prefillMs, stepMs, contextMs }) => {
    const answer = engine(baseMs, prefillMs, stepMs, contextMs)
    const random = randomFrom(1)
    const model = new CostModel()
    for (let each = 0; each < 300; each += 1) model.learn(answer(random))
    expect(model.prefillMs / prefillMs).toBeGreaterThan(0.8)
    expect(model.prefillMs / prefillMs).toBeLessThan(1.2)
    for (const tokens of [1_000, 10_000, 50_000]) {
      expect(model.ttftMs(tokens, 0) / (baseMs + prefillMs * tokens)).toBeGreaterThan(0.8)
      expect(model.ttftMs(tokens, 0) / (baseMs + prefillMs * tokens)).toBeLessThan(1.2)
      expect(model.tpotMs(4 * tokens, 0) / (stepMs + contextMs * 4 * tokens)).toBeGreaterThan(0.8)
      expect(model.tpotMs(4 * tokens, 0) / (stepMs + contextMs * 4 * tokens)).toBeLessThan(1.2)
    }
  })

  it.each([
    { places: 'many places', requestMs: 0, least: 0, most: 3 },
    { places: 'few places', requestMs: 150, least: 120, most: 180 },
  ])(
    'learns what those before it cost a request on an engine with $places in its batch',
    ({ requestMs, least, most }) => {
      const answer = engine(40, 0.044, 14, 0.00019, requestMs)
      const random = randomFrom(4)
      const model = new CostModel()
      for (let each = 0; each < 600; each += 1) model.learn(answer(random))
      expect(model.requestMs).toBeGreaterThanOrEqual(least)
      expect(model.requestMs).toBeLessThanOrEqual(most)
    },
  )

  it('is not thrown off by one answer in twenty that hung', () => {
    const answer = engine(40, 0.044, 14, 0.00019)
    const random = randomFrom(2)
    const model = new CostModel()
    for (let each = 0; each < 600; each += 1) {
      const outcome = answer(random)
      model.learn(each % 20 === 7 ? { ...outcome, ttftMs: 600_000, tpotMs: 30_000 } : outcome)
    }
    expect(model.prefillMs / 0.044).toBeGreaterThan(0.6)
    expect(model.prefillMs / 0.044).toBeLessThan(1.5)
    expect(model.ttftMs(10_000, 0)).toBeLessThan(2 * (40 + 440))
  })

  it('follows an engine that became slower', () => {
    const random = randomFrom(3)
    const model = new CostModel()
    for (let each = 0; each < 1_000; each += 1) model.learn(engine(40, 0.02, 10, 0.0001)(random))
    for (let each = 0; each < 1_500; each += 1) model.learn(engine(40, 0.06, 10, 0.0001)(random))
    expect(model.prefillMs / 0.06).toBeGreaterThan(0.75)
    expect(model.prefillMs / 0.06).toBeLessThan(1.25)
  })

  it('stays within bounds whatever it is told', () => {
    const figure = fc.oneof(fc.nat(10_000_000), fc.constantFrom(0, -1, NaN, Infinity, 1e300))
    const told = fc.record({
      place: fc.constant(0),
      promptTokens: figure,
      cachedTokens: fc.option(figure),
      outputTokens: figure,
      ttftMs: figure,
      tpotMs: figure,
      sent: fc.record({
        inFlight: figure,
        pendingPrefillTokens: figure,
        inFlightTokens: figure,
        uncachedTokens: figure,
      }),
    })
    fc.assert(
      fc.property(fc.array(told, { maxLength: 60 }), (outcomes) => {
        const model = new CostModel()
        for (const outcome of outcomes) model.learn(outcome)
        expect(model.prefillMs).toBeGreaterThan(0)
        expect(model.prefillMs).toBeLessThanOrEqual(100)
        expect(model.contextMs).toBeGreaterThan(0)
        expect(Number.isFinite(model.ttftMs(30_000, 30) + model.tpotMs(30_000, 1_000))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
