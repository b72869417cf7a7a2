import { describe, expect, it } from 'vitest'
import { planPrefill } from './step-plan.ts'

describe('planPrefill', () => {
  it.each([
    ['one prompt fills the batch', [1000], 0, [256]],
    ['a short one leaves room for the next', [100, 1000, 10], 0, [100, 156, 0]],
    ['less beside sequences that generate, so that their tokens keep coming', [1000], 3, [32]],
    ['nothing to read', [], 3, []],
  ])('%s', (_case, remaining, generating, plan) => {
    expect(planPrefill(remaining, generating, 256)).toEqual(plan)
  })

  it('never exceeds a small batch, and never stands still', () => {
    expect(planPrefill([1000, 1000], 30, 32)).toEqual([2, 0])
    expect(planPrefill([1000, 1000], 32, 32)).toEqual([1, 0])
  })
})
