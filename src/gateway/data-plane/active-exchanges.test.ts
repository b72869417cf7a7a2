import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActiveExchanges, type ActiveExchange } from './active-exchanges.ts'

const exchange = (): ActiveExchange => ({ place: -1, lastOnConnection: () => {}, abandon: () => {} })

describe('the requests under way', () => {
  it('are those that came and have not left, in whatever order they do', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), (steps) => {
        const all = Array.from({ length: 10 }, exchange)
        const active = new ActiveExchanges()
        const expected = new Set<ActiveExchange>()
        for (const step of steps) {
          const one = all[step]
          if (one === undefined) continue
          if (expected.delete(one)) active.delete(one)
          else {
            expected.add(one)
            active.add(one)
          }
          expect(new Set(active)).toEqual(expected)
          expect(active.size).toBe(expected.size)
        }
        for (const one of all) active.delete(one)
        expect(active.size).toBe(0)
      }),
    )
  })

  it('may end while they are gone through', () => {
    const active = new ActiveExchanges()
    const ended: ActiveExchange[] = []
    for (let count = 0; count < 5; count += 1) {
      const one = exchange()
      one.abandon = () => {
        ended.push(one)
        active.delete(one)
      }
      active.add(one)
    }
    for (const one of active) one.abandon()
    expect(ended.length).toBe(5)
    expect(active.size).toBe(0)
  })
})
