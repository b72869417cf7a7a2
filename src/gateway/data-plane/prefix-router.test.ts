import { describe, expect, it } from 'vitest'
import { handleAt } from '../testing/handle-at.ts'
import { PrefixRouter } from './prefix-router.ts'

const handles = (count: number) =>
  Array.from({ length: count }, (_, number) =>
    handleAt(number, () => {
      throw new Error('nobody is asked')
    }),
  )

/** Asks a router as a model with these replicas does. */
function promptsOf(router: PrefixRouter) {
  const read = (text: string) => {
    const bytes = Buffer.from(text.repeat(5_000))
    const blocks = router.read({ prompt: { bytes, start: 0, end: bytes.length, context: null } })
    if (blocks === null) throw new Error('a long prompt without blocks')
    return blocks
  }
  return {
    read,
    heldBy: (replicas: ReturnType<typeof handles>, text: string) => [...router.held(replicas, read(text))],
  }
}

describe('what replicas were sent', () => {
  it('is known on when more of them come than there was room for', () => {
    const router = new PrefixRouter('m', 1_000_000)
    const { read, heldBy } = promptsOf(router)
    const all = handles(40)
    const few = all.slice(0, 5)
    for (const [place, replica] of few.entries()) {
      router.held(few, read('shared'))
      router.sent(read(`${place}`), replica)
      router.sent(read('shared'), replica)
    }
    const before = few.map((_, place) => heldBy(few, `${place}`).slice(0, 5))
    // The first has gone, and the others stand elsewhere.
    const many = all.slice(1)
    expect(heldBy(many, '0')).toEqual(many.map(() => 0))
    for (const place of [1, 2, 3, 4]) {
      expect(heldBy(many, `${place}`)).toEqual(many.map((_, at) => before[place]?.[at + 1] ?? 0))
    }
    expect(heldBy(many, 'shared').map((blocks) => blocks > 0)).toEqual(many.map((_, at) => at < 4))
  })

  it('is known on as far as there is room, the newest first', () => {
    const router = new PrefixRouter('m', 1_000)
    const { read, heldBy } = promptsOf(router)
    const all = handles(100)
    const few = all.slice(0, 2)
    const [first] = few
    if (first === undefined) throw new Error('no replica')
    for (const text of ['old', 'new']) {
      router.held(few, read(text))
      router.sent(read(text), first)
    }
    expect(['old', 'new'].map((text) => (heldBy(few, text)[0] ?? 0) > 0)).toEqual([true, true])
    expect(['old', 'new'].map((text) => (heldBy(all, text)[0] ?? 0) > 0)).toEqual([false, true])
  })
})
