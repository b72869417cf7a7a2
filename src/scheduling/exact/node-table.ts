import { HolderSets } from './holder-sets.ts'
import {
  chainAt,
  childrenAt,
  entryWords,
  highAt,
  lowAt,
  nextAt,
  nodeWords,
  parentAt,
  reusesAt,
  root,
  setAt,
  shapeAt,
  type IndexViews,
} from './memory.ts'

/** There is no room for another block. */
export const noRoom = -1

/**
 * The tree of blocks, by the bytes of each: the writer's side. A node stays while a lane holds it or a node behind it is
 * there.
 *
 * Readers are never waited for and never wait. What comes is laid out first and then shown by one store; what goes is
 * unlinked, then the sequence number of its bucket grows, and only then is its place given to another. A reader who finds
 * the number as it was has read nothing but what was there. Locked instructions are few: one for a new block.
 */
export class NodeTable {
  readonly #views: IndexViews
  readonly #sets: HolderSets
  readonly #capacity: number
  /** Whether the lane held the block of the last `hold` before. */
  wasHeld = false
  /** Of no use, but that the compiler does not leave out what is looked at early. */
  seen = 0
  #limit = 0
  #free = 0
  #size = 0
  #entryLimit = 0
  #freeEntry = 0
  /** Whether places were given back since readers were told that some are used again. */
  #hasGivenBack = true

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
  hold(lane: number, parent: number, shape: number, high: number, low: number, chain: number): number {
    const { nodes } = this.#views
    const found = this.#find(chain, parent, shape, high, low)
    this.wasHeld = false
    if (found === 0) return this.#create(lane, parent, shape, high, low, chain)
    const at = found * nodeWords + setAt
    const before = nodes[at] ?? 0
    this.wasHeld = this.#sets.has(before, lane)
    if (this.wasHeld) return found
    const after = this.#sets.toggled(before, lane)
    if (after === -1) return noRoom
    this.#sets.use(after)
    Atomics.store(nodes, at, after)
    this.#sets.release(before)
    return found
  }

  /**
   * A lane holds a node no more.
   * @returns false when there is no room to say so
   */
  release(lane: number, node: number): boolean {
    const { nodes } = this.#views
    const at = node * nodeWords
    const before = nodes[at + setAt] ?? 0
    if (!this.#sets.has(before, lane)) return true
    const after = this.#sets.toggled(before, lane)
    if (after === -1) return false
    this.#sets.use(after)
    Atomics.store(nodes, at + setAt, after)
    this.#sets.release(before)
    this.#removeUnused(node)
    return true
  }

  /** The chain hash of a node. */
  chainOf(node: number): number {
    return this.#views.nodes[node * nodeWords + chainAt] ?? 0
  }

  /** Looks at the buckets of many blocks at once, so that the processor fetches them side by side. */
  warm(chains: Int32Array, count: number): void {
    const { heads, bucketMask } = this.#views
    let seen = 0
    for (let block = 0; block < count; block += 1) seen ^= heads[(chains[block] ?? 0) & bucketMask] ?? 0
    this.seen = seen
  }

  #find(chain: number, parent: number, shape: number, high: number, low: number): number {
    const { heads, bucketMask, nodes } = this.#views
    // Blocks that came together have places that follow one another: no need to go through the table.
    if (this.#is(parent + 1, parent, shape, high, low)) return parent + 1
    let node = heads[chain & bucketMask] ?? 0
    while (node !== 0 && !this.#is(node, parent, shape, high, low)) node = nodes[node * nodeWords + nextAt] ?? 0
    return node
  }

  #is(node: number, parent: number, shape: number, high: number, low: number): boolean {
    const { nodes } = this.#views
    const at = node * nodeWords
    return (
      nodes[at + lowAt] === low &&
      nodes[at + highAt] === high &&
      nodes[at + parentAt] === parent &&
      nodes[at + shapeAt] === shape
    )
  }

  #create(lane: number, parent: number, shape: number, high: number, low: number, chain: number): number {
    const { nodes, heads, bucketMask } = this.#views
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
    const at = node * nodeWords
    nodes[at + highAt] = high
    nodes[at + lowAt] = low
    nodes[at + parentAt] = parent
    nodes[at + setAt] = set
    nodes[at + childrenAt] = 0
    nodes[at + chainAt] = chain
    nodes[at + nextAt] = heads[chain & bucketMask] ?? 0
    // The last word that makes it a block: readers may look at the place before it is shown.
    nodes[at + shapeAt] = shape
    Atomics.store(heads, chain & bucketMask, node)
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
      const bucket = this.chainOf(node) & bucketMask
      const next = nodes[at + nextAt] ?? 0
      const shape = nodes[at + shapeAt] ?? 0
      if (heads[bucket] === node) heads[bucket] = next
      else {
        let before = heads[bucket] ?? 0
        while (nodes[before * nodeWords + nextAt] !== node) before = nodes[before * nodeWords + nextAt] ?? 0
        nodes[before * nodeWords + nextAt] = next
      }
      // Nobody takes it for a child by its place.
      nodes[at + shapeAt] = 0
      Atomics.add(stripes, bucket & stripeMask, 1)
      this.#giveBack(node)
      this.#dropShape(parent, shape)
      this.#size -= 1
      node = parent
    }
  }

  #take(): number {
    const node = this.#free
    if (node !== 0) {
      this.#tellReuse()
      this.#free = this.#views.nodes[node * nodeWords + nextAt] ?? 0
      return node
    }
    this.#limit += 1
    return this.#limit
  }

  /** Readers that have looked at many places at once look again. */
  #tellReuse(): void {
    if (!this.#hasGivenBack) return
    this.#hasGivenBack = false
    Atomics.add(this.#views.header, reusesAt, 1)
  }

  #giveBack(node: number): void {
    this.#hasGivenBack = true
    this.#views.nodes[node * nodeWords + nextAt] = this.#free
    this.#free = node
  }

  /** A node has one more child of a shape; false when there is no room to say so. */
  #addShape(parent: number, shape: number): boolean {
    const { nodes, entries } = this.#views
    const at = parent * nodeWords
    const children = nodes[at + childrenAt] ?? 0
    if (children === 0) {
      nodes[at + childrenAt] = shape
      return true
    }
    if (children < 0) {
      for (let entry = -children; entry !== 0; entry = entries[entry * entryWords + 2] ?? 0) {
        if (entries[entry * entryWords] !== shape) continue
        // Readers do not look at counts.
        entries[entry * entryWords + 1] = (entries[entry * entryWords + 1] ?? 0) + 1
        return true
      }
    }
    const first = children > 0 ? this.#takeEntry(children, 1, 0) : -children
    if (first === noRoom) return false
    if (children === shape) {
      entries[first * entryWords + 1] = 2
      Atomics.store(nodes, at + childrenAt, -first)
      return true
    }
    const entry = this.#takeEntry(shape, 1, first)
    if (entry === noRoom) {
      if (children > 0) this.#giveBackEntry(first)
      return false
    }
    Atomics.store(nodes, at + childrenAt, -entry)
    return true
  }

  #dropShape(parent: number, shape: number): void {
    const { nodes, entries, stripes, stripeMask } = this.#views
    const at = parent * nodeWords
    const children = nodes[at + childrenAt] ?? 0
    if (children > 0) {
      nodes[at + childrenAt] = 0
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
    if (before === 0) nodes[at + childrenAt] = -next
    else entries[before * entryWords + 2] = next
    Atomics.add(stripes, this.chainOf(parent) & stripeMask, 1)
    this.#giveBackEntry(entry)
  }

  #takeEntry(shape: number, count: number, next: number): number {
    const { entries, entryCount } = this.#views
    let entry = this.#freeEntry
    if (entry !== 0) {
      this.#tellReuse()
      this.#freeEntry = entries[entry * entryWords + 2] ?? 0
    } else if (this.#entryLimit < entryCount) {
      this.#entryLimit += 1
      entry = this.#entryLimit
    } else return noRoom
    entries[entry * entryWords] = shape
    entries[entry * entryWords + 1] = count
    entries[entry * entryWords + 2] = next
    return entry
  }

  #giveBackEntry(entry: number): void {
    this.#hasGivenBack = true
    this.#views.entries[entry * entryWords + 2] = this.#freeEntry
    this.#freeEntry = entry
  }
}
