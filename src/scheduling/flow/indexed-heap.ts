/** How a heap orders its items, and where an item keeps its place in it; -1 is outside. */
export interface HeapOrder<Item> {
  /** Whether the first is to come out before the second. */
  isBefore(first: Item, second: Item): boolean
  placeOf(item: Item): number
  setPlace(item: Item, place: number): void
}

/**
 * A binary heap whose items know their places, so that any of them can be taken out or moved in O(log n): what waits
 * may leave from the middle.
 */
export class IndexedHeap<Item> {
  readonly #order: HeapOrder<Item>
  readonly #items: Item[] = []

  constructor(order: HeapOrder<Item>) {
    this.#order = order
  }

  get size(): number {
    return this.#items.length
  }

  /** The item that comes out first. */
  get first(): Item | undefined {
    return this.#items[0]
  }

  has(item: Item): boolean {
    return this.#order.placeOf(item) >= 0
  }

  push(item: Item): void {
    this.#rise(item, this.#items.length)
  }

  /** Takes an item out; nothing happens when it is not in. */
  remove(item: Item): void {
    const place = this.#order.placeOf(item)
    if (place < 0) return
    this.#order.setPlace(item, -1)
    const last = this.#items.pop()
    if (last !== undefined && last !== item) this.#settle(last, place)
  }

  /** An item's rank has changed. */
  update(item: Item): void {
    const place = this.#order.placeOf(item)
    if (place >= 0) this.#settle(item, place)
  }

  /** Every item, in no order. */
  values(): Iterable<Item> {
    return this.#items.values()
  }

  /** Takes everything out. */
  clear(): void {
    for (const item of this.#items) this.#order.setPlace(item, -1)
    this.#items.length = 0
  }

  #settle(item: Item, place: number): void {
    const parent = this.#items[(place - 1) >> 1]
    if (place > 0 && parent !== undefined && this.#order.isBefore(item, parent)) this.#rise(item, place)
    else this.#sink(item, place)
  }

  #rise(item: Item, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#items[above]
      if (parent === undefined || !this.#order.isBefore(item, parent)) break
      this.#put(parent, place)
      place = above
    }
    this.#put(item, place)
  }

  #sink(item: Item, from: number): void {
    let place = from
    for (;;) {
      const left = 2 * place + 1
      let child = this.#items[left]
      if (child === undefined) break
      const right = this.#items[left + 1]
      const isRight = right !== undefined && this.#order.isBefore(right, child)
      if (isRight) child = right
      if (!this.#order.isBefore(child, item)) break
      this.#put(child, place)
      place = isRight ? left + 1 : left
    }
    this.#put(item, place)
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item
    this.#order.setPlace(item, place)
  }
}
