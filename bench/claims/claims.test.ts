import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { claims } from './claims.ts'
import type { MeasuredClaims, Measured } from './contract.ts'
import { figureOf } from './figure-of.ts'
import { commandOf, simulateRun } from './simulate-run.ts'
import { fractionGains, weightShares } from './size-claims.ts'

const measured = JSON.parse(readFileSync(new URL('measured.json', import.meta.url), 'utf8')) as MeasuredClaims

// proves F3 (simulated)
describe.each(claims)('the claim $name', ({ name, runs, rows, holds }) => {
  it('was simulated by the commands that the page tells, and came out as the page says', () => {
    const results = measured[name] ?? {}
    expect(Object.entries(results).map(([run, how]) => [run, commandOf(how)])).toEqual(
      Object.entries(runs).map(([run, how]) => [run, commandOf(how)]),
    )
    const figures = Object.fromEntries(Object.entries(results).map(([run, { result }]) => [run, result]))
    for (const row of rows) expect(figureOf(figures, row)).toBeGreaterThan(0)
    for (const { metric, more, less, factor } of holds) {
      expect(figureOf(figures, { metric, run: more, over: less }), `${metric}: ${more} over ${less}`).toBeGreaterThan(
        factor,
      )
    }
  })
})

/** Claims that are simulated with a part of their load. */
const reducible = claims.flatMap(({ reduced, ...claim }) => (reduced === null ? [] : [{ ...claim, reduced }]))

describe.each(reducible)('the claim $name', ({ runs, holds, reduced }) => {
  it('still points the same way on a part of its load, or the page tells of another simulator', async () => {
    const needed = [...new Set(holds.flatMap(({ more, less }) => [more, less]))]
    const figures: Record<string, Measured> = {}
    for (const run of needed) {
      const how = runs[run]
      if (how !== undefined) figures[run] = (await simulateRun(how, reduced)).result
    }
    for (const { metric, more, less, factor, reducedFactor = factor } of holds) {
      expect(figureOf(figures, { metric, run: more, over: less }), `${metric}: ${more} over ${less}`).toBeGreaterThan(
        reducedFactor,
      )
    }
    expect(Object.keys(figures)).toEqual(needed)
  }, 240_000)
})

describe('claims of memory', () => {
  it('are what sizing says: half in 8 bits, a quarter and a little in 4', () => {
    for (const { eightBits, fourBits } of weightShares) {
      expect(eightBits).toBeGreaterThan(0.5)
      expect(eightBits).toBeLessThan(0.6)
      expect(fourBits).toBeGreaterThan(0.25)
      expect(fourBits).toBeLessThan(0.4)
    }
  })

  it('hold for a GPU that is nearly full, and not for one with room', () => {
    const gains = fractionGains.map(({ gain }) => gain - 1)
    expect(Math.max(...gains)).toBeGreaterThan(0.4)
    expect(Math.min(...gains)).toBeLessThan(0.3)
  })
})
