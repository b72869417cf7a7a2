import { describe, expect, it } from 'vitest'
import { pairwise, spanOf } from './statistics.ts'

describe('spanOf', () => {
  it('keeps the range beside the median, so that one lucky round cannot pass for the truth', () => {
    expect(spanOf([5, 1, 9])).toEqual({ median: 5, low: 1, high: 9 })
    expect(spanOf([4, 1, 2, 9])).toEqual({ median: 3, low: 1, high: 9 })
    expect(spanOf([7])).toEqual({ median: 7, low: 7, high: 7 })
  })

  it('has nothing to say of no measures', () => {
    expect(spanOf([])).toBeUndefined()
  })
})

describe('pairwise', () => {
  it('compares measures of the same round, which a slow spell of the machine hits alike', () => {
    expect(pairwise([20, 60], [10, 30], (one, other) => one / other)).toEqual([2, 2])
  })

  it('leaves out what has no partner', () => {
    expect(pairwise([1, 2, 3], [1], (one, other) => one - other)).toEqual([0])
  })
})
