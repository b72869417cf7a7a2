import { describe, expect, it } from 'vitest'
import { histogramQuantile, sumHistograms } from './histogram-quantile.ts'

describe('histogramQuantile', () => {
  it.each([
    ['in the middle of a bucket', [0, 4, 0], 0.5, 1.5],
    ['at its end', [2, 2, 0], 0.5, 1],
    ['beyond the last bound, which is all that is known', [0, 0, 3], 0.95, 2],
    ['of nothing', [0, 0, 0], 0.5, null],
  ])('finds the value %s', (_, counts, share, value) =>
    expect(histogramQuantile({ bounds: [1, 2], counts }, share)).toBe(value),
  )
})

describe('sumHistograms', () => {
  it('adds those of the same bounds and leaves others out, since an update runs two versions of the gateway at once', () => {
    expect(
      sumHistograms([
        { bounds: [1, 2], counts: [1, 0, 2] },
        { bounds: [1, 2], counts: [3, 1, 0] },
        { bounds: [5], counts: [9, 9] },
      ]),
    ).toEqual({ bounds: [1, 2], counts: [4, 1, 2] })
    expect(sumHistograms([])).toEqual({ bounds: [], counts: [] })
  })
})
