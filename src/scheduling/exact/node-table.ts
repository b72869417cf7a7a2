import { HolderSets } from './holder-sets.ts'
import {
  bucketOf,
  childrenAt,
  entryWords,
  highAt,
  lowAt,
  nextAt,
  nodeWords,
  parentAt,
  root,
  setAt,
  shapeAt,
  type IndexViews,
} from './memory.ts'

/** There is no room for another block. */
export const noRoom = -1

/**
 * The tree of blocks, by the bytes of each: the writer's side. A node stays while a lane holds it or a node behind it is
 * there. Every change of what readers see happens while the sequence number of the node's bucket is odd.
 */
export class NodeTable {
  readonly #views: IndexViews
  readonly #sets: HolderSets
  readonly #capacity: number
  /** Whether the lane held the block of the last `hold` before. */
  wasHeld = false
  #limit = 0
  #free = 0
  #size = 0
  #entryLimit = 0
  #freeEntry = 0

  constructor(views: IndexViews, capacity: number) {
    this.#views = views
    this.#capacity = capacity
    this.#sets = new HolderSets(views)
  }

  /** Blocks in the tree. */
  get size(): number {
    return this.#size
  }

  /** Different sets of holders. */
  get sets(): number {
    return this.#sets.size
  }

  /**
   * A lane holds a block from now on.
   * @returns its node, or `noRoom`
   */
  hold(lane: number, parent: number, shape: number, high: number, low: number): number {
    const { nodes, stripes, stripeMask, bucketMask } = this.#views
    const hash = bucketOf(parent, high, low)
    const found = this.#find(hash & bucketMask, parent, shape, high, low)
    this.wasHeld = false
    if (found === 0) return this.#create(lane, parent, shape, high, low, hash & bucketMask)
    const at = found * nodeWords + setAt
    const before = nodes[at] ?? 0
    this.wasHeld = this.#sets.has(before, lane)
    if (this.wasHeld) return found
    const after = this.#sets.toggled(before, lane)
    if (after === -1) return noRoom
    this.#sets.use(after)
    Atomics.add(stripes, hash & stripeMask, 1)
    Atomics.store(nodes, at, after)
    Atomics.add(stripes, hash & stripeMask, 1)
    this.#sets.release(before)
    return found
  }

  /**
   * A lane holds a node no more.
   * @returns false when there is no room to say so
   */
  release(lane: number, node: number): boolean {
    const { nodes, stripes, stripeMask } = this.#views
    const at = node * nodeWords
    const before = nodes[at + setAt] ?? 0
    if (!this.#sets.has(before, lane)) return true
    const after = this.#sets.toggled(before, lane)
    if (after === -1) return false
    this.#sets.use(after)
    const stripe = this.#hashOf(at) & stripeMask
    Atomics.add(stripes, stripe, 1)
    Atomics.store(nodes, at + setAt, after)
    Atomics.add(stripes, stripe, 1)
    this.#sets.release(before)
    this.#removeUnused(node)
    return true
  }

  #hashOf(at: number): number {
    const { nodes } = this.#views
    // The root is in no bucket, but has a sequence number all the same.
    return at === root ? 0 : bucketOf(nodes[at + parentAt] ?? 0, nodes[at + highAt] ?? 0, nodes[at + lowAt] ?? 0)
  }

  #find(bucket: number, parent: number, shape: number, high: number, low: number): number {
    const { heads, nodes } = this.#views
    for (let node = heads[bucket] ?? 0; node !== 0;) {
      const at = node * nodeWords
      if (
        nodes[at + lowAt] === low &&
        nodes[at + highAt] === high &&
        nodes[at + parentAt] === parent &&
        nodes[at + shapeAt] === shape
      ) {
        return node
      }
      node = nodes[at + nextAt] ?? 0
    }
    return 0
  }

  #create(lane: number, parent: number, shape: number, high: number, low: number, bucket: number): number {
    const { nodes, heads, stripes, stripeMask } = this.#views
    const set = this.#sets.toggled(0, lane)
    if (set === -1) return noRoom
    const node = this.#size === this.#capacity ? noRoom : this.#take()
    if (node === noRoom || !this.#addShape(parent, shape)) {
      if (node !== noRoom) this.#giveBack(node)
      // A set that was made for this node alone is nobody's now.
      this.#sets.use(set)
      this.#sets.release(set)
      return noRoom
    }
    this.#sets.use(set)
    const stripe = bucket & stripeMask
    const at = node * nodeWords
    Atomics.add(stripes, stripe, 1)
    nodes[at + highAt] = high
    nodes[at + lowAt] = low
    nodes[at + parentAt] = parent
    nodes[at + shapeAt] = shape
    nodes[at + setAt] = set
    nodes[at + childrenAt] = 0
    nodes[at + nextAt] = heads[bucket] ?? 0
    Atomics.store(heads, bucket, node)
    Atomics.add(stripes, stripe, 1)
    this.#size += 1
    return node
  }

  /** Takes out a node that nobody holds and that nothing follows, and those before it of which that is true then. */
  #removeUnused(first: number): void {
    const { nodes, heads, stripes, stripeMask, bucketMask } = this.#views
    for (let node = first; node !== root;) {
      const at = node * nodeWords
      if (nodes[at + setAt] !== 0 || nodes[at + childrenAt] !== 0) return
      const parent = nodes[at + parentAt] ?? root
      const hash = this.#hashOf(at)
      const bucket = hash & bucketMask
      const next = nodes[at + nextAt] ?? 0
      Atomics.add(stripes, hash & stripeMask, 1)
      if (heads[bucket] === node) Atomics.store(heads, bucket, next)
      else {
        let before = heads[bucket] ?? 0
        while (nodes[before * nodeWords + nextAt] !== node) before = nodes[before * nodeWords + nextAt] ?? 0
        Atomics.store(nodes, before * nodeWords + nextAt, next)
      }
      Atomics.add(stripes, hash & stripeMask, 1)
      this.#dropShape(parent, nodes[at + shapeAt] ?? 0)
      this.#giveBack(node)
      this.#size -= 1
      node = parent
    }
  }

  #take(): number {
    const node = this.#free
    if (node !== 0) {
      this.#free = this.#views.nodes[node * nodeWords + nextAt] ?? 0
      return node
    }
    this.#limit += 1
    return this.#limit
  }

  #giveBack(node: number): void {
    this.#views.nodes[node * nodeWords + nextAt] = this.#free
    this.#free = node
  }

  /** A node has one more child of a shape; false when there is no room to say so. */
  #addShape(parent: number, shape: number): boolean {
    const { nodes, entries, stripes, stripeMask } = this.#views
    const at = parent * nodeWords
    const children = nodes[at + childrenAt] ?? 0
    if (children < 0) {
      for (let entry = -children; entry !== 0; entry = entries[entry * entryWords + 2] ?? 0) {
        if (entries[entry * entryWords] !== shape) continue
        // Readers do not look at counts.
        entries[entry * entryWords + 1] = (entries[entry * entryWords + 1] ?? 0) + 1
        return true
      }
    }
    const stripe = this.#hashOf(at) & stripeMask
    const first = children > 0 ? this.#takeEntry(children, 1, 0) : -children
    if (first === noRoom) return false
    let after = shape
    if (children !== 0) {
      if (children === shape) {
        entries[first * entryWords + 1] = 2
        after = -first
      } else {
        const entry = this.#takeEntry(shape, 1, first)
        if (entry === noRoom) {
          if (children > 0) this.#giveBackEntry(first)
          return false
        }
        after = -entry
      }
    }
    Atomics.add(stripes, stripe, 1)
    Atomics.store(nodes, at + childrenAt, after)
    Atomics.add(stripes, stripe, 1)
    return true
  }

  #dropShape(parent: number, shape: number): void {
    const { nodes, entries, stripes, stripeMask } = this.#views
    const at = parent * nodeWords
    const children = nodes[at + childrenAt] ?? 0
    const stripe = this.#hashOf(at) & stripeMask
    if (children > 0) {
      Atomics.add(stripes, stripe, 1)
      Atomics.store(nodes, at + childrenAt, 0)
      Atomics.add(stripes, stripe, 1)
      return
    }
    let before = 0
    let entry = -children
    while (entries[entry * entryWords] !== shape) {
      before = entry
      entry = entries[entry * entryWords + 2] ?? 0
    }
    const count = (entries[entry * entryWords + 1] ?? 0) - 1
    entries[entry * entryWords + 1] = count
    if (count > 0) return
    const next = entries[entry * entryWords + 2] ?? 0
    Atomics.add(stripes, stripe, 1)
    if (before === 0) Atomics.store(nodes, at + childrenAt, -next)
    else Atomics.store(entries, before * entryWords + 2, next)
    Atomics.add(stripes, stripe, 1)
    this.#giveBackEntry(entry)
  }

  #takeEntry(shape: number, count: number, next: number): number {
    const { entries, entryCount } = this.#views
    let entry = this.#freeEntry
    if (entry !== 0) this.#freeEntry = entries[entry * entryWords + 2] ?? 0
    else if (this.#entryLimit < entryCount) {
      this.#entryLimit += 1
      entry = this.#entryLimit
    } else return noRoom
    Atomics.store(entries, entry * entryWords, shape)
    entries[entry * entryWords + 1] = count
    Atomics.store(entries, entry * entryWords + 2, next)
    return entry
  }

  #giveBackEntry(entry: number): void {
    this.#views.entries[entry * entryWords + 2] = this.#freeEntry
    this.#freeEntry = entry
  }
}
