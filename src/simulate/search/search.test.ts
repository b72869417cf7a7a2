import { array, assert, integer, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Simulation } from '../contract.ts'
import { emptySimulation, engineShape, resultWith } from './testing/results.ts'
import { recommend, type Recommendation, type Search } from './recommend.ts'
import { sweepPoints, type EngineChoice } from './sweep.ts'
import { judge } from './verdict.ts'

/** A GPU by its price and how many of it the load takes. */
const gpu = (name: string, pricePerHour: number, needs: number): EngineChoice & { needs: number } => ({
  name,
  engine: { ...engineShape, title: `${name} ${needs}`, pricePerHour },
  needs,
})

function search(
  choices: readonly EngineChoice[],
  more: Partial<Search> = {},
): Recommendation & { asked: Simulation[] } {
  const asked: Simulation[] = []
  const steps = recommend({ base: emptySimulation, choices, share: 0.9, most: 256, ...more })
  let step = steps.next()
  while (step.done !== true) {
    asked.push(step.value)
    const needs = Number(step.value.engine.title.split(' ')[1])
    step = steps.next(resultWith({ goodput: step.value.replicas >= needs ? 0.95 : 0.5 }))
  }
  return { ...step.value, asked }
}

// proves F3 (real part)
describe('the cheapest Fleet that holds', () => {
  it('is the fewest replicas, with the proof that one less does not', () => {
    const { best, below } = search([gpu('l40s', 1, 11)])
    expect(best).toMatchObject({ replicas: 11, pricePerHour: 11, verdict: { holds: true } })
    expect(below).toMatchObject({ replicas: 10, verdict: { holds: false } })
  })

  it('has nothing below where one replica is enough', () => {
    const { best, below } = search([gpu('h200', 4, 1)])
    expect([best?.replicas, below]).toEqual([1, null])
  })

  it('is none where the most replicas do not hold, so that nobody buys what fails', () => {
    const { best, choices } = search([gpu('t4', 1, 1000)])
    expect(best).toBeNull()
    expect(choices[0]).toMatchObject({ replicas: 256, verdict: { holds: false } })
  })

  it('is the cheapest of several GPUs, and what cannot be cheaper is tried once', () => {
    const dear = gpu('h100', 3, 4)
    const { best, asked } = search([gpu('l40s', 1, 11), dear, gpu('l4', 0.5, 18)])
    expect(best?.choice.name).toBe('l4')
    expect(best?.replicas).toBe(18)
    expect(asked.filter(({ engine }) => engine === dear.engine).map(({ replicas }) => replicas)).toEqual([3])
  })

  it('is of one GPU where prefill and decode are apart, each tried in place of both', () => {
    const prefillEngine = { ...engineShape, title: 'a dear GPU', pricePerHour: 9 }
    const base = { ...emptySimulation, prefillReplicas: 1, prefillEngine }
    const { best, asked } = search([gpu('l40s', 1, 3)], { base })
    expect(asked.every((simulation) => simulation.prefillEngine === undefined)).toBe(true)
    expect(best).toMatchObject({ replicas: 3, pricePerHour: 3 })
    const [point] = sweepPoints('gpu', base, [gpu('l4', 1, 1)])
    expect(point?.simulation.prefillEngine).toBeUndefined()
  })

  it('is found for all loads and prices as by trying everything', () => {
    const one = record({ price: integer({ min: 1, max: 9 }), needs: integer({ min: 1, max: 40 }) })
    assert(
      property(array(one, { minLength: 1, maxLength: 5 }), integer({ min: 1, max: 64 }), (gpus, most) => {
        const choices = gpus.map(({ price, needs }, index) => gpu(`gpu${index}`, price, needs))
        const { best, below, tried } = search(choices, { most })
        const costs = gpus.filter(({ needs }) => needs <= most).map(({ price, needs }) => price * needs)
        expect(best?.pricePerHour ?? Infinity).toBe(Math.min(Infinity, ...costs))
        expect(below?.replicas ?? 0).toBe((best?.replicas ?? 1) - 1)
        const places = tried.map(({ choice, replicas }) => `${choice.name} ${replicas}`)
        expect(new Set(places).size).toBe(places.length)
      }),
    )
  })
})

describe('a verdict', () => {
  it('says what does not hold, in the figures of the SLO', () => {
    const bad = resultWith({ goodput: 0.714, ttftMs: { mean: 900, p50: 900, p90: 8123, p99: 9000 } })
    expect(judge(bad, emptySimulation.slo, 0.9)).toEqual({
      holds: false,
      fails: ['71.4 % of the requests keep the SLO, not 90 %', 'TTFT p90 is 8.12 s, not 2 s'],
    })
    expect(judge(resultWith({ goodput: 0.9 }), emptySimulation.slo, 0.9)).toEqual({ holds: true, fails: [] })
  })

  it('does not say that 2 s is not 2 s', () => {
    const bad = resultWith({ goodput: 0.8996, ttftMs: { mean: 300, p50: 300, p90: 2003, p99: 9000 } })
    expect(judge(bad, emptySimulation.slo, 0.9).fails).toEqual([
      '89.96 % of the requests keep the SLO, not 90 %',
      'TTFT p90 is a little over 2 s',
    ])
  })

  it('does not say that 90 % is not 90 %', () => {
    const bad = resultWith({ requests: 30_000, goodput: 26_999 / 30_000 })
    expect(judge(bad, emptySimulation.slo, 0.9).fails).toEqual(['a little under 90 % of the requests keep the SLO'])
  })

  it('looks at the tail where nearly all requests have to hold', () => {
    const bad = resultWith({ goodput: 0.97, tpotMs: { mean: 10, p50: 10, p90: 20, p99: 61 } })
    expect(judge(bad, emptySimulation.slo, 0.99).fails).toContain('TPOT p99 is 61 ms, not 50 ms')
  })
})

const values = (...given: Parameters<typeof sweepPoints>) => sweepPoints(...given).map(({ value }) => value)

describe('a sweep', () => {
  it('goes around what was asked for', () => {
    expect(values('replicas', { ...emptySimulation, replicas: 16 })).toEqual([4, 8, 12, 16, 20, 24, 32])
    expect(values('replicas', { ...emptySimulation, replicas: 1 })).toEqual([1, 2])
    expect(values('rate', { ...emptySimulation, rate: 2 })).toEqual([0.5, 1, 1.5, 2, 2.5, 3, 4, 6, 8])
    expect(values('gpu', emptySimulation, [gpu('l4', 1, 1), gpu('h100', 3, 1)])).toEqual(['l4', 'h100'])
  })

  it('of the split leaves a replica to decode', () => {
    expect(values('split', { ...emptySimulation, replicas: 16 })).toEqual([0, 2, 4, 6, 8, 10, 12])
    expect(values('split', { ...emptySimulation, replicas: 2 })).toEqual([0, 1])
    expect(values('split', { ...emptySimulation, replicas: 1 })).toEqual([0])
  })

  it('keeps the shares of prefill and decode when their number changes', () => {
    const points = sweepPoints('replicas', { ...emptySimulation, replicas: 8, prefillReplicas: 2 })
    expect(points.map(({ simulation }) => [simulation.replicas, simulation.prefillReplicas])).toEqual([
      [2, 1],
      [4, 1],
      [6, 2],
      [8, 2],
      [10, 3],
      [12, 3],
      [16, 4],
    ])
  })
})
