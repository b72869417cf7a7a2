import { describe, expect, it } from 'vitest'
import { readQuestion } from './read-options.ts'

describe('the share of an SLO', () => {
  it.each([
    ['99.9%', 999 / 1000],
    ['98.9%', 989 / 1000],
    ['99.93%', 9993 / 10_000],
    ['0.999', 999 / 1000],
    ['100%', 1],
  ])('%s is kept by exactly so many of the requests', (written, share) => {
    expect(readQuestion({ slo: `ttft=2s,share=${written}` }).slo.share).toBe(share)
  })
})
