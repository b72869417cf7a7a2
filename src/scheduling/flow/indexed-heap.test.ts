import { array, assert, constantFrom, integer, nat, property, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IndexedHeap } from './indexed-heap.ts'

interface Item {
  rank: number
  place: number
}
let comparisons = 0
const createHeap = () =>
  new IndexedHeap<Item>({
    isBefore: (a, b) => {
      comparisons += 1
      return a.rank < b.rank
    },
    placeOf: ({ place }) => place,
    setPlace: (item, place) => (item.place = place),
  })

describe('the heap of those who wait', () => {
  it('has the least first, whatever is put in, moved and taken out of its middle', () => {
    const operation = tuple(constantFrom('push', 'remove', 'move'), nat(), integer({ min: 0, max: 50 }))
    assert(
      property(array(operation, { maxLength: 200 }), (operations) => {
        const heap = createHeap()
        const items: Item[] = []
        for (const [kind, which, rank] of operations) {
          const item = items[which % Math.max(1, items.length)]
          if (kind === 'push') {
            const added = { rank, place: -1 }
            items.push(added)
            heap.push(added)
          } else if (item !== undefined && kind === 'remove') {
            items.splice(items.indexOf(item), 1)
            heap.remove(item)
            // Nothing happens.
            heap.remove(item)
          } else if (item !== undefined) {
            item.rank = rank
            heap.update(item)
          }
          expect(heap.size).toBe(items.length)
          expect(heap.first?.rank).toBe(items.length === 0 ? undefined : Math.min(...items.map((each) => each.rank)))
        }
      }),
    )
  })

  it('with a million in it takes some forty comparisons an operation, so that a full queue costs no more time', () => {
    const heap = createHeap()
    const items = Array.from({ length: 1_000_000 }, (_, index) => ({ rank: (index * 7_919) % 1_000_003, place: -1 }))
    for (const item of items) heap.push(item)
    let most = 0
    for (let count = 0; count < 1_000; count += 1) {
      comparisons = 0
      const item = count % 2 === 0 ? heap.first : items[count * 997]
      if (item !== undefined) heap.remove(item)
      most = Math.max(most, comparisons)
    }
    expect(most).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(1_000_000)) + 2)
  })
})
