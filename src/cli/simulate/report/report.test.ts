import { describe, expect, it } from 'vitest'
import { lineChart } from './line-chart.ts'
import { percentileChart } from './percentile-chart.ts'
import { linearScale, scaleFor } from './scale.ts'
import { element, words } from './svg.ts'

describe('markup', () => {
  it('escapes text and values, so that a name from a trace cannot become an element', () => {
    const { markup } = element('p', { title: '"><b>' }, '<script>', { markup: '<i></i>' }, '&')
    expect(markup).toBe('<p title="&quot;&gt;&lt;b&gt;">&lt;script&gt;<i></i>&amp;</p>')
    expect(words(1, 2.345, "it's").markup).toBe('<text x="1" y="2.3" text-anchor="start">it&#39;s</text>')
  })
})

describe('an axis', () => {
  it('has round marks from 0 to beyond the largest value', () => {
    expect(linearScale(97, 0, 100).ticks).toEqual([0, 20, 40, 60, 80, 100])
    expect(linearScale(1, 0, 100).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(linearScale(0, 0, 100).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  })

  it('is of powers of ten where small values would vanish', () => {
    expect(scaleFor([120, 90_000], 0, 300)).toMatchObject({ isLogarithmic: true, ticks: [100, 1000, 10_000, 100_000] })
    expect(scaleFor([120, 900], 0, 300).isLogarithmic).toBe(false)
    expect(scaleFor([0, 0], 0, 300).isLogarithmic).toBe(false)
  })

  it('never leaves its ends', () => {
    const scale = scaleFor([1, 1000], 10, 110)
    expect([scale.at(0), scale.at(1), scale.at(1000), scale.at(1e9)]).toEqual([10, 10, 110, 110])
  })
})

describe('charts', () => {
  it('show bars of nothing as well, so that an empty result does not break the page', () => {
    const values = { mean: 0, p50: 0, p90: 0, p99: 0 }
    const { markup } = percentileChart('TTFT', [{ name: 'default', values, isDefault: true }], Infinity)
    expect(markup).not.toMatch(/NaN|Infinity/)
    expect(markup.match(/<rect/g)).toHaveLength(3)
  })

  it('leave out places without a value', () => {
    const { markup } = lineChart({
      title: 'goodput',
      axis: 'GPU',
      places: ['l4', 'l40s', 'h100'],
      series: [{ name: 'default', values: [0.2, null, 1] }],
      level: 0.9,
      largest: 1,
      format: String,
    })
    expect(markup.match(/<circle/g)).toHaveLength(2)
    expect(markup).not.toMatch(/NaN|Infinity/)
  })
})
