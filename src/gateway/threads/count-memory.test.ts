import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CountMemory } from './count-memory.ts'

describe('what threads have at replicas', () => {
  it('is the sum of what each adds and takes back, and without those that are gone', () => {
    const step = fc.record({
      row: fc.nat(2),
      slot: fc.nat(3),
      tokens: fc.integer({ min: -1000, max: 100_000 }),
      isGone: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const control = new CountMemory(3)
        const threads = [0, 1, 2].map((row) => ({ row, memory: new CountMemory(3, control.memory) }))
        const counts = threads.map(({ row, memory }) => [0, 1, 2, 3].map((slot) => memory.at(row, slot)))
        const expected = new Map<string, number>()
        for (const { row, slot, tokens, isGone } of steps) {
          if (isGone) {
            control.clearRow(row)
            for (let each = 0; each < 4; each += 1) expected.delete(`${row} ${each}`)
            continue
          }
          counts[row]?.[slot]?.addTokens(tokens)
          counts[row]?.[slot]?.addPendingBlocks(-tokens)
          counts[row]?.[slot]?.take(Infinity)
          expected.set(`${row} ${slot}`, (expected.get(`${row} ${slot}`) ?? 0) + tokens)
        }
        for (let slot = 0; slot < 4; slot += 1) {
          const total = [0, 1, 2].reduce((sum, row) => sum + (expected.get(`${row} ${slot}`) ?? 0), 0)
          for (const ofThread of counts) {
            expect(ofThread[slot]?.tokens).toBe(total)
            expect(ofThread[slot]?.pendingBlocks).toBe(0 - total)
          }
        }
      }),
    )
  })
})
