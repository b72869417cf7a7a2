import { describe, expect, it } from 'vitest'
import { PrefixCache } from './prefix-cache.ts'

const range = (start: number, end: number) => Array.from({ length: end - start }, (_, index) => start + index)

describe('PrefixCache', () => {
  it('finds whole blocks of 16, up to the first that differs', () => {
    const cache = new PrefixCache(1000)
    cache.add(range(0, 50))
    expect(cache.match(range(0, 50))).toBe(48)
    expect(cache.match(range(0, 40))).toBe(32)
    expect(cache.match([...range(0, 20), ...range(100, 130)])).toBe(16)
    expect(cache.match(range(1, 50))).toBe(0)
  })

  it('never covers the last token, as vLLM does not: there must be something to compute', () => {
    const cache = new PrefixCache(1000)
    cache.add(range(0, 32))
    expect(cache.match(range(0, 32))).toBe(16)
    expect(cache.match(range(0, 33))).toBe(32)
  })

  it('forgets the least recently used when it is full', () => {
    const cache = new PrefixCache(48)
    cache.add(range(0, 16))
    cache.add(range(100, 116))
    cache.add(range(200, 216))
    cache.add(range(0, 16))
    cache.add(range(300, 316))
    expect([0, 100, 200, 300].map((start) => cache.match(range(start, start + 17)))).toEqual([16, 0, 16, 16])
  })
})
