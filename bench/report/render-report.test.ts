import { describe, expect, it } from 'vitest'
import { busyTicks } from '../measure/patience.ts'
import { foreignShares } from '../measure/load-report.ts'
import { roundOf } from '../testing/rounds.ts'
import { renderSpan } from './render-report.ts'
import { renderTable } from './render-table.ts'

describe('renderSpan', () => {
  it('shows three digits and hides a range that says nothing', () => {
    expect(renderSpan({ median: 1234.5, low: 1000, high: 2000 })).toBe('1,235 (1,000 to 2,000)')
    expect(renderSpan({ median: 2.111, low: 2.112, high: 2.113 })).toBe('2.11')
    expect(renderSpan(undefined)).toBe('-')
  })
})

describe('renderTable', () => {
  it('keeps columns below each other, also in a document', () => {
    expect(renderTable(['a', 'figure'], [['long one', '1']])).toBe(
      '| a        | figure |\n|----------|--------|\n| long one | 1      |',
    )
  })
})

describe('what others took of a core', () => {
  const round = roundOf('nginx', {
    windowSeconds: 2,
    gatewayCoreBusy: 2,
    loadCoreBusy: 1.5,
    gatewayCpuSeconds: 0.5,
    mockCpuSeconds: 0.5,
    loadCpuSeconds: 0.5,
  })

  it('is what was busy and not ours', () => {
    expect(foreignShares(round, false)).toEqual({ gateway: 0.75, load: 0.25 })
    expect(foreignShares(round, true)).toEqual({ gateway: 0.25, load: 0 })
  })

  it('reads /proc/stat without idle and waiting time', () => {
    expect(
      busyTicks('cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 2 3 400 500 6 7 8 0 0\ncpu1 1 0 0 5 5 0 0 0 9 9\nintr 1'),
    ).toEqual([27, 1])
  })
})
