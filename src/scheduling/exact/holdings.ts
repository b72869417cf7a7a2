const wordsEach = 4
const nodeAt = 0
const laneAt = 1
const highAt = 2
const lowAt = 3

/**
 * What lanes hold under the engines' own names, for removals and for parents: (lane, engine's hash) → node, with how many
 * copies the engine said it has. The writer's own: open addressing, 16 bytes a slot, at most three quarters in use.
 */
export class Holdings {
  readonly #slots: Int32Array
  readonly #mask: number
  readonly #most: number
  /** Copies beyond the first, by slot-independent key; few blocks have any. */
  readonly #copies = new Map<string, number>()
  /** Of no use, but that the compiler does not leave out what is looked at early. */
  seen = 0
  #size = 0
  #cursor = 0

  constructor(capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(4, (capacity * 4) / 3)))
    this.#slots = new Int32Array(wordsEach * slots)
    this.#mask = slots - 1
    this.#most = capacity
  }

  get size(): number {
    return this.#size
  }

  get isFull(): boolean {
    return this.#size >= this.#most
  }

  /**
   * Looks at the slots of many names at once, so that the processor fetches them side by side: each alone would be
   * waited for.
   * @param names halves of the names, the lower one first
   */
  warm(lane: number, names: Int32Array, count: number): void {
    let seen = 0
    for (let at = 0; at < 2 * count; at += 2) {
      const slot = homeOf(lane, names[at + 1] ?? 0, names[at] ?? 0) & this.#mask
      seen ^= this.#slots[slot * wordsEach] ?? 0
    }
    this.seen = seen
  }

  /** The node of an engine's name; 0 when the lane has none. */
  find(lane: number, high: number, low: number): number {
    return this.#slots[this.#slotOf(lane, high, low) * wordsEach + nodeAt] ?? 0
  }

  /** The engine has one more copy of what it has already. */
  addCopy(lane: number, high: number, low: number): void {
    const key = keyOf(lane, high, low)
    this.#copies.set(key, (this.#copies.get(key) ?? 0) + 1)
  }

  /** Adds a name that is not there yet. */
  add(lane: number, high: number, low: number, node: number): void {
    const at = this.#slotOf(lane, high, low) * wordsEach
    this.#slots[at + nodeAt] = node
    this.#slots[at + laneAt] = lane
    this.#slots[at + highAt] = high
    this.#slots[at + lowAt] = low
    this.#size += 1
  }

  /**
   * A copy of a block is gone.
   * @returns its node when that was the last copy; 0 when there is another, -1 when there was none
   */
  remove(lane: number, high: number, low: number): number {
    const slot = this.#slotOf(lane, high, low)
    const node = this.#slots[slot * wordsEach + nodeAt] ?? 0
    if (node === 0) return -1
    if (this.#copies.size > 0) {
      const key = keyOf(lane, high, low)
      const copies = this.#copies.get(key) ?? 0
      if (copies > 1) this.#copies.set(key, copies - 1)
      else if (copies === 1) this.#copies.delete(key)
      if (copies > 0) return 0
    }
    this.#close(slot)
    return node
  }

  /**
   * Goes on through some slots and takes out what lanes hold that count no more.
   * @param isGone whether a lane counts no more
   * @param released told of each that is taken out
   * @returns whether the end was passed
   */
  sweep(slots: number, isGone: (lane: number) => boolean, released: (lane: number, node: number) => void): boolean {
    let cursor = this.#cursor
    for (let left = slots; left > 0; left -= 1) {
      const at = cursor * wordsEach
      const node = this.#slots[at + nodeAt] ?? 0
      const lane = this.#slots[at + laneAt] ?? 0
      if (node !== 0 && isGone(lane)) {
        if (this.#copies.size > 0) {
          this.#copies.delete(keyOf(lane, this.#slots[at + highAt] ?? 0, this.#slots[at + lowAt] ?? 0))
        }
        // Another may move up into this slot: it is looked at next.
        this.#close(cursor)
        released(lane, node)
        continue
      }
      cursor = (cursor + 1) & this.#mask
      if (cursor === 0) {
        this.#cursor = 0
        return true
      }
    }
    this.#cursor = cursor
    return false
  }

  #slotOf(lane: number, high: number, low: number): number {
    const slots = this.#slots
    let slot = homeOf(lane, high, low) & this.#mask
    for (;;) {
      const at = slot * wordsEach
      if (slots[at + nodeAt] === 0) return slot
      if (slots[at + lowAt] === low && slots[at + highAt] === high && slots[at + laneAt] === lane) return slot
      slot = (slot + 1) & this.#mask
    }
  }

  /** Empties a slot and moves those behind it up, so that no search ends too early (Knuth, TAOCP 6.4, algorithm R). */
  #close(emptied: number): void {
    const slots = this.#slots
    let gap = emptied
    for (let slot = (gap + 1) & this.#mask; slots[slot * wordsEach + nodeAt] !== 0; slot = (slot + 1) & this.#mask) {
      const at = slot * wordsEach
      const home = homeOf(slots[at + laneAt] ?? 0, slots[at + highAt] ?? 0, slots[at + lowAt] ?? 0) & this.#mask
      if (((slot - home) & this.#mask) < ((slot - gap) & this.#mask)) continue
      slots.copyWithin(gap * wordsEach, at, at + wordsEach)
      gap = slot
    }
    slots[gap * wordsEach + nodeAt] = 0
    this.#size -= 1
  }
}

/** Engines' hashes are even already; lanes are told apart. */
const homeOf = (lane: number, high: number, low: number): number =>
  low ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(lane, 0x9e3779b1)

const keyOf = (lane: number, high: number, low: number): string => `${lane}:${high}:${low}`
