import { describe, expect, it } from 'vitest'
import { keptOf, lastOf } from '../report/results.ts'
import { roundOf, someMachine } from '../testing/rounds.ts'
import { compareWithLast } from './compare.ts'
import { summarise } from './summarise.ts'

/** A result in which Fairlead costs these ratios to a bare Node proxy that costs 10 µs. */
function resultWith(...ratios: number[]) {
  const rounds = ratios.flatMap((ratio) => [
    roundOf('bare Node', { requests: 1000, gatewayCpuSeconds: 0.01 }),
    roundOf('Fairlead', { requests: 1000, gatewayCpuSeconds: 0.01 * ratio }),
  ])
  const scenario = { name: 'unary_c64', title: 'unary', unit: 'request' as const, rounds }
  return summarise({ mode: 'full', machine: someMachine, versions: { Fairlead: '1.0.0' }, measured: [scenario] })
}
const before = keptOf(resultWith(1.2, 1.3, 1.4), [])

describe('compareWithLast', () => {
  it('shows a regression with both ranges', () => {
    const change = compareWithLast(resultWith(1.5, 1.6, 1.7), before)?.changes[0]
    expect(change).toMatchObject({ name: 'unary_c64.cpu × bare Node', verdict: 'worse', before: { median: 1.3 } })
    expect(change?.now.median).toBeCloseTo(1.6)
  })

  it('shows what became better', () => {
    expect(compareWithLast(resultWith(0.9, 1), before)?.changes[0]?.verdict).toBe('better')
  })

  it('raises no alarm where ranges touch, or where the move is too small to be told from noise', () => {
    expect(compareWithLast(resultWith(1.4, 1.9), before)?.changes).toEqual([])
    expect(compareWithLast(resultWith(1.401), before)?.changes).toEqual([])
  })

  it('has nothing to compare a first run with', () => {
    expect(compareWithLast(resultWith(1), undefined)).toBeUndefined()
  })
})

const line = (given: object) => `${JSON.stringify({ ...before, ...given })}\n`

describe('lastOf', () => {
  it('finds the last result of the same mode and machine, undisturbed, since others do not compare', () => {
    const history =
      line({ date: 'first' }) +
      line({ date: 'second' }) +
      line({ mode: 'quick' }) +
      line({ machine: 'else' }) +
      line({ foreign: 0.6 })
    expect(lastOf(history, before)?.date).toBe('second')
    expect(lastOf('', before)).toBeUndefined()
  })
})
