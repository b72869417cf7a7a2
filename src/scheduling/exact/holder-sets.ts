import type { IndexViews } from './memory.ts'
import { mix } from './range-hash.ts'

/**
 * Sets of lanes, each kept once and named by a number: a node holds a number, and a chain of blocks that the same
 * replicas hold has one set, whatever the number of replicas. The writer's side.
 */
export class HolderSets {
  readonly #views: IndexViews
  /** Nodes that have the set. */
  readonly #uses: Int32Array
  /** Sum of its lanes' marks: the hash of a set with one lane more or less follows at once. */
  readonly #marks: Int32Array
  readonly #next: Int32Array
  readonly #heads: Int32Array
  readonly #mask: number
  /** The set of each lane alone, where there is one, and the lane of such a set, plus one. */
  readonly #single: Int32Array
  readonly #singleLane: Int32Array
  #free = 0
  #limit = 0
  #size = 0

  constructor(views: IndexViews) {
    const { setCount, words } = views
    this.#views = views
    this.#uses = new Int32Array(setCount + 1)
    this.#marks = new Int32Array(setCount + 1)
    this.#next = new Int32Array(setCount + 1)
    const heads = 2 ** Math.ceil(Math.log2(setCount))
    this.#heads = new Int32Array(heads)
    this.#mask = heads - 1
    this.#single = new Int32Array(words * 32)
    this.#singleLane = new Int32Array(setCount + 1)
  }

  /** Sets in use, the empty one left out. */
  get size(): number {
    return this.#size
  }

  /** Whether a set has a lane. */
  has(set: number, lane: number): boolean {
    const { sets, words } = this.#views
    return set !== 0 && ((sets[set * words + (lane >>> 5)] ?? 0) & (1 << (lane & 31))) !== 0
  }

  /**
   * The set with a lane changed: put in when it was out, taken out when it was in. Its users are counted by the caller.
   * @returns -1 when there is no room for another set
   */
  toggled(set: number, lane: number): number {
    if (set === 0) {
      const known = this.#single[lane] ?? 0
      if (known !== 0) return known
    }
    const { sets, words } = this.#views
    const mark = (this.#marks[set] ?? 0) ^ markOf(lane)
    const from = set * words
    const word = lane >>> 5
    const changed = (set === 0 ? 0 : (sets[from + word] ?? 0)) ^ (1 << (lane & 31))
    if (mark === 0 && this.#isEmpty(set, word, changed)) return 0
    for (let other = this.#heads[mark & this.#mask] ?? 0; other !== 0; other = this.#next[other] ?? 0) {
      if (this.#marks[other] === mark && this.#isSame(other, set, word, changed)) return other
    }
    return this.#create(set, lane, mark, word, changed)
  }

  /** A node has this set now. */
  use(set: number): void {
    if (set !== 0) this.#uses[set] = (this.#uses[set] ?? 0) + 1
  }

  /** A node has this set no more; with the last one its place is free for another. */
  release(set: number): void {
    if (set === 0) return
    const uses = (this.#uses[set] ?? 0) - 1
    this.#uses[set] = uses
    if (uses === 0) this.#drop(set)
  }

  #isEmpty(set: number, word: number, changed: number): boolean {
    if (changed !== 0) return false
    const { sets, words } = this.#views
    for (let each = 0; each < words; each += 1) if (each !== word && sets[set * words + each] !== 0) return false
    return true
  }

  #isSame(other: number, set: number, word: number, changed: number): boolean {
    const { sets, words } = this.#views
    for (let each = 0; each < words; each += 1) {
      const wanted = each === word ? changed : (sets[set * words + each] ?? 0)
      if (sets[other * words + each] !== wanted) return false
    }
    return true
  }

  #create(set: number, lane: number, mark: number, word: number, changed: number): number {
    const { sets, words, setCount, setGenerations } = this.#views
    let created = this.#free
    if (created !== 0) this.#free = this.#next[created] ?? 0
    else if (this.#limit < setCount) {
      this.#limit += 1
      created = this.#limit
    } else return -1
    Atomics.add(setGenerations, created, 1)
    for (let each = 0; each < words; each += 1) {
      Atomics.store(sets, created * words + each, each === word ? changed : (sets[set * words + each] ?? 0))
    }
    this.#marks[created] = mark
    this.#next[created] = this.#heads[mark & this.#mask] ?? 0
    this.#heads[mark & this.#mask] = created
    this.#size += 1
    if (set === 0) {
      this.#single[lane] = created
      this.#singleLane[created] = lane + 1
    }
    return created
  }

  #drop(set: number): void {
    const mark = this.#marks[set] ?? 0
    const head = mark & this.#mask
    let before = 0
    for (let each = this.#heads[head] ?? 0; each !== set; each = this.#next[each] ?? 0) before = each
    if (before === 0) this.#heads[head] = this.#next[set] ?? 0
    else this.#next[before] = this.#next[set] ?? 0
    this.#next[set] = this.#free
    this.#free = set
    this.#size -= 1
    const lane = (this.#singleLane[set] ?? 0) - 1
    if (lane === -1) return
    this.#single[lane] = 0
    this.#singleLane[set] = 0
  }
}

/** A lane's mark: any number that differs well from the others'. */
const markOf = (lane: number): number => mix(Math.imul(lane + 1, 0x9e3779b1))
