import { constants, PerformanceObserver } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import { EarlyCollections } from './early-collections.ts'

/** A count of collections, at a time that the test sets. */
function counted() {
  const seen = { collections: 0, nowMs: 0 }
  const early = new EarlyCollections(
    () => (seen.collections += 1),
    () => seen.nowMs,
  )
  return { seen, early }
}

describe('collections of the young generation', () => {
  it('come with each 64 requests more, where these take their time', () => {
    const { seen, early } = counted()
    for (let size = 1; size <= 1000; size += 1) {
      seen.nowMs = size
      early.onGrown(size)
    }
    expect(seen.collections).toBe(15)
  })

  it('are 20 ms apart however fast requests come', () => {
    const { seen, early } = counted()
    for (let size = 1; size <= 10_000; size += 1) {
      seen.nowMs = size / 100
      early.onGrown(size)
    }
    expect(seen.collections).toBe(5)
  })

  it('do not come while the number only goes up and down by less', () => {
    const { seen, early } = counted()
    early.onGrown(64)
    for (let round = 0; round < 1000; round += 1) {
      seen.nowMs += 100
      for (let size = 65; size < 128; size += 1) early.onGrown(size)
      for (let size = 126; size >= 64; size -= 1) early.onShrunk(size)
    }
    expect(seen.collections).toBe(1)
  })

  it('come again when the streams have ended and others begin', () => {
    const { seen, early } = counted()
    early.onGrown(1000)
    for (let size = 999; size >= 0; size -= 1) early.onShrunk(size)
    seen.nowMs = 5000
    for (let size = 1; size <= 128; size += 1) early.onGrown(size)
    expect(seen.collections).toBe(2)
  })

  it('are V8’s own, of the young generation alone', async () => {
    const { promise, resolve } = Promise.withResolvers<number>()
    const observer = new PerformanceObserver((list) => {
      const [first] = list.getEntries()
      const detail: unknown = Reflect.get(first ?? {}, 'detail')
      resolve(Number(Reflect.get(detail ?? {}, 'kind')))
    })
    observer.observe({ entryTypes: ['gc'] })
    new EarlyCollections().onGrown(64)
    expect(await promise).toBe(constants.NODE_PERFORMANCE_GC_MINOR)
    observer.disconnect()
    expect(Reflect.has(globalThis, 'gc')).toBe(false)
  })
})
