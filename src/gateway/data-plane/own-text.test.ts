import { expect, it } from 'vitest'
import { handleAt } from '../testing/handle-at.ts'
import { collector } from './collector.ts'
import { ownText } from './own-text.ts'
import { PolicyRouter } from './policy-router.ts'

const collect = collector()

/** Bytes of memory for each request of which something is kept: a part of its head, of so many characters. */
function heldBy(keep: (part: string) => unknown, length: number): number {
  void collect()
  const before = process.memoryUsage().heapUsed
  const kept = Array.from({ length: 500 }, (_, index) => {
    const head = Buffer.from(`POST /${index}/${'p'.repeat(length)} HTTP/1.1\r\nx: ${'x'.repeat(14_000)}`)
    return keep(head.toString('latin1').slice('POST '.length, 'POST '.length + length))
  })
  void collect()
  return (process.memoryUsage().heapUsed - before) / kept.length
}

it.each([40, 400])('a copy of a part of a text does not hold the rest of it, of %i characters', (length) => {
  expect(heldBy((path) => path, length)).toBeGreaterThan(10_000)
  expect(heldBy(ownText, length)).toBeLessThan(1500)
})

it('a session that is kept does not hold the head of a request', () => {
  const settings = { saturation: 0.9, sessionTimeMs: 60_000 }
  const router = new PolicyRouter('m', 'session', settings, 1000)
  const replicas = [1, 2].map((number) =>
    handleAt(number, () => {
      throw new Error('nobody is asked here')
    }),
  )
  for (const replica of replicas) replica.isReady = true
  const none = { blocks: null, exact: null, adapter: null, prefixHash: 0, promptBytes: 0, expectedOutputTokens: 1 }
  const held = heldBy((session) => {
    const asked = { ...none, session, isExcluded: () => false }
    const choice = router.choose(replicas, asked)
    if (choice !== null) router.sent(replicas, asked, choice.replica, 0)
    return choice?.reason
  }, 40)
  expect(held).toBeLessThan(2000)
})

it.each(['', '/v1/mod\u{e8}les/\u{80}\u{20ac}', '\u{20ac}'.repeat(256), '\u{20ac}'.repeat(257)])(
  'a copy is the text: %j',
  (text) => {
    expect(ownText(text)).toBe(text)
  },
)
