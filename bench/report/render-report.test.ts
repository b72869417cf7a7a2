import { describe, expect, it } from 'vitest'
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
