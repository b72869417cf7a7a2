import { mix, type Hashes } from './prefix-hash.ts'

/** How large an index is. */
export interface PrefixIndexSize {
  /** Replicas that it tells apart, by numbers from 0. */
  readonly replicas: number
  /** Blocks that there is room for at each replica. */
  readonly blocksPerReplica: number
  /** How much of a prompt its first blocks are, where they are not all of one size (`blocksOf`). */
  readonly extentOf?: (blocks: number) => number
}

const none = 0

/** What was fetched last is kept here, so that fetching is not taken for idle work and left out. */
const fetched = new Int32Array(1)

/**
 * What each replica is taken to hold of past prompts: what was sent to it, until newer blocks have pushed it out. A block is
 * here what one hash is about.
 *
 * An open-addressing table maps a block's 64-bit hash to a node; a node has one bit for each replica that holds it. A
 * replica's blocks stand in a ring in the order in which they came; when it is full, or they are more than its cache holds
 * (`bound`), the oldest leaves, unless it was used since (CLOCK, which comes close to the LRU of vLLM). A prompt's blocks enter from its end, so that ends leave
 * before their beginnings, as engines free them.
 *
 * Blocks that follow each other are held by the same replicas in most cases: a node also has a fingerprint of its holders, and
 * a walk looks at who they are only where it differs from the one before.
 *
 * Memory: 21 bytes and two bits a replica for each node, 4 bytes for each block of a replica, 16 to 32 for the table; at
 * most `replicas × blocksPerReplica` nodes. Time: some ten nanoseconds for each block, a few times as much for one that is
 * new, and a few times `replicas / 32` for each where the holders change. What takes time is waiting for memory, so whatever
 * will be looked up is asked for at once (`#fetch`).
 */
export class PrefixIndex {
  readonly #words: number
  readonly #capacity: number
  /**
   * Two words a slot, at least twice as many slots as nodes: its node, 0 for none, and the first half of the node's hash,
   * which tells most strangers, and where a node belongs, without a look at the node.
   */
  readonly #table: Int32Array
  readonly #mask: number
  /** Of each node, from 1 on: its hash, the replicas that hold it, and those that used it since it came. */
  readonly #hashes: Int32Array
  readonly #holders: Int32Array
  readonly #used: Int32Array
  /** Two halves of the exclusive or of its holders' marks (Zobrist): equal where the holders are. */
  readonly #fingerprints: Int32Array
  readonly #free: Int32Array
  #freeCount = 0
  #nodes = 0
  /** How much of a prompt each node is. */
  readonly #extents: Uint8Array
  readonly #extentOf: (blocks: number) => number
  readonly #rings: Ring[]
  /** Replicas that still match, while a prompt is walked. */
  readonly #matching: Int32Array

  constructor({ replicas, blocksPerReplica, extentOf = (blocks) => blocks }: PrefixIndexSize) {
    const capacity = replicas * blocksPerReplica
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * capacity)))
    this.#words = Math.ceil(replicas / 32)
    this.#capacity = capacity
    this.#mask = slots - 1
    this.#table = new Int32Array(2 * slots)
    this.#hashes = new Int32Array(2 * (capacity + 1))
    this.#holders = new Int32Array(this.#words * (capacity + 1))
    this.#used = new Int32Array(this.#words * (capacity + 1))
    this.#fingerprints = new Int32Array(2 * (capacity + 1))
    this.#free = new Int32Array(capacity)
    this.#extents = new Uint8Array(capacity + 1)
    this.#extentOf = extentOf
    this.#rings = Array.from({ length: replicas }, () => new Ring(blocksPerReplica))
    this.#matching = new Int32Array(this.#words)
  }

  /** Blocks that any replica holds. */
  get size(): number {
    return this.#nodes - this.#freeCount
  }

  /** How many blocks a replica holds. */
  heldBy(replica: number): number {
    return this.#rings[replica]?.size ?? 0
  }

  /**
   * Says how much a replica's cache holds, in what `extentOf` counts; Infinity where nobody knows. What is more than that leaves,
   * the oldest first.
   */
  bound(replica: number, extent: number): void {
    const ring = this.#rings[replica]
    if (ring === undefined || ring.bound === extent) return
    ring.bound = extent
    const word = replica >>> 5
    const bit = 1 << (replica & 31)
    while (ring.size > 0 && ring.extent > extent) this.#evict(ring, word, bit, replica)
  }

  /**
   * Finds how many blocks of a prompt each replica holds from its beginning on.
   * @param into one number for each replica
   */
  match(prompt: Hashes, into: Int32Array): void {
    const words = this.#words
    const matching = this.#matching
    const holders = this.#holders
    const fingerprints = this.#fingerprints
    into.fill(0)
    matching.fill(-1)
    // Nobody's, which no node that is found has.
    let fingerprintHigh = 0
    let fingerprintLow = 0
    let node = none
    for (let block = 0; block < prompt.count; block += 1) {
      node = this.#findNear(node - 1, prompt.words[2 * block] ?? 0, prompt.words[2 * block + 1] ?? 0)
      const high = fingerprints[2 * node] ?? 0
      const low = fingerprints[2 * node + 1] ?? 0
      if (node !== none && high === fingerprintHigh && low === fingerprintLow) continue
      fingerprintHigh = high
      fingerprintLow = low
      let isAnyLeft = 0
      for (let word = 0; word < words; word += 1) {
        const before = matching[word] ?? 0
        if (before === 0) continue
        const after = node === none ? 0 : before & (holders[node * words + word] ?? 0)
        isAnyLeft |= after
        if (before === after) continue
        // Who holds nothing is noted already.
        if (block > 0) noteDepth(into, word, before & ~after, block)
        matching[word] = after
      }
      if (isAnyLeft === 0) return
    }
    for (let word = 0; word < words; word += 1) noteDepth(into, word, matching[word] ?? 0, prompt.count)
  }

  /** A replica gets a prompt: it holds its blocks from now on. */
  add(prompt: Hashes, replica: number): void {
    const ring = this.#rings[replica]
    if (ring === undefined) return
    const word = replica >>> 5
    const bit = 1 << (replica & 31)
    const extentOf = this.#extentOf
    let count = Math.min(prompt.count, ring.capacity)
    while (extentOf(count) > ring.bound) count -= 1
    this.#fetch(prompt.words, count)
    this.#fetchOldest(ring, ring.size + count - ring.capacity)
    let node = none
    for (let block = count - 1; block >= 0; block -= 1) {
      const high = prompt.words[2 * block] ?? 0
      const low = prompt.words[2 * block + 1] ?? 0
      node = this.#findNear(node + 1, high, low)
      if (node !== none && ((this.#holders[node * this.#words + word] ?? 0) & bit) !== 0) {
        this.#used[node * this.#words + word] = (this.#used[node * this.#words + word] ?? 0) | bit
        continue
      }
      const extent = extentOf(block + 1) - extentOf(block)
      while (ring.size === ring.capacity || (ring.size > 0 && ring.extent + extent > ring.bound)) {
        this.#evict(ring, word, bit, replica)
      }
      // Whoever was evicted may have been this very node.
      if (node !== none) node = this.#find(high, low)
      if (node === none) node = this.#create(high, low, extent)
      const place = node * this.#words + word
      this.#holders[place] = (this.#holders[place] ?? 0) | bit
      this.#mark(node, replica)
      this.#used[place] = (this.#used[place] ?? 0) & ~bit
      ring.push(node)
      ring.extent += extent
    }
  }

  /**
   * A replica that holds nothing here yet holds what one of another index does, or the newest of that where there is less room.
   * @param its number there
   * @param most blocks that are taken over, about a microsecond each
   */
  takeOver(replica: number, from: PrefixIndex, its: number, most = Infinity): void {
    const ring = this.#rings[replica]
    const theirs = from.#rings[its]
    if (ring === undefined || theirs === undefined) return
    const word = replica >>> 5
    const bit = 1 << (replica & 31)
    ring.bound = theirs.bound
    const first = Math.max(0, theirs.size - Math.min(ring.capacity, most))
    for (let place = first; place < theirs.size; place += 1) {
      const old = theirs.at(place)
      const high = from.#hashes[2 * old] ?? 0
      const low = from.#hashes[2 * old + 1] ?? 0
      const extent = from.#extents[old] ?? 0
      const known = this.#find(high, low)
      const node = known === none ? this.#create(high, low, extent) : known
      const at = node * this.#words + word
      this.#holders[at] = (this.#holders[at] ?? 0) | bit
      this.#mark(node, replica)
      const isUsed = ((from.#used[old * from.#words + (its >>> 5)] ?? 0) & (1 << (its & 31))) !== 0
      if (isUsed) this.#used[at] = (this.#used[at] ?? 0) | bit
      ring.push(node)
      ring.extent += extent
    }
  }

  /** A replica holds nothing any more: it was restarted, or is another one now. */
  clear(replica: number): void {
    const ring = this.#rings[replica]
    if (ring === undefined) return
    const word = replica >>> 5
    const bit = 1 << (replica & 31)
    while (ring.size > 0) this.#drop(ring.shift(), word, bit, replica)
    ring.extent = 0
  }

  /** The oldest block that was not used since leaves, and the oldest of all where all were; those that were get another turn. */
  #evict(ring: Ring, word: number, bit: number, replica: number): void {
    for (;;) {
      const node = ring.shift()
      const place = node * this.#words + word
      const used = this.#used[place] ?? 0
      if ((used & bit) === 0) {
        ring.extent -= this.#extents[node] ?? 0
        this.#drop(node, word, bit, replica)
        return
      }
      this.#used[place] = used & ~bit
      ring.push(node)
    }
  }

  #drop(node: number, word: number, bit: number, replica: number): void {
    this.#mark(node, replica)
    const first = node * this.#words
    this.#holders[first + word] = (this.#holders[first + word] ?? 0) & ~bit
    this.#used[first + word] = (this.#used[first + word] ?? 0) & ~bit
    for (let each = 0; each < this.#words; each += 1) if (this.#holders[first + each] !== 0) return
    this.#remove(node)
  }

  /** A replica begins to hold a node, or ends to. */
  #mark(node: number, replica: number): void {
    const fingerprints = this.#fingerprints
    fingerprints[2 * node] = (fingerprints[2 * node] ?? 0) ^ mix(replica + 1)
    fingerprints[2 * node + 1] = (fingerprints[2 * node + 1] ?? 0) ^ mix(~replica)
  }

  /**
   * Has the processor read the slots of many blocks at the same time; later, one after the other, each would be waited for.
   * @param words two for each block
   */
  #fetch(words: Int32Array, count: number): void {
    const table = this.#table
    const mask = this.#mask
    let seen = 0
    for (let block = 0; block < count; block += 1) seen ^= table[2 * ((words[2 * block] ?? 0) & mask)] ?? 0
    fetched[0] = seen
  }

  /** The same for the blocks that leave a ring next, if so many new ones come. */
  #fetchOldest(ring: Ring, count: number): void {
    const table = this.#table
    const hashes = this.#hashes
    const mask = this.#mask
    let seen = 0
    for (let place = 0; place < count; place += 1) {
      seen ^= table[2 * ((hashes[2 * ring.at(place)] ?? 0) & mask)] ?? 0
    }
    fetched[0] = seen
  }

  #find(high: number, low: number): number {
    const table = this.#table
    const hashes = this.#hashes
    const mask = this.#mask
    for (let slot = high & mask; ; slot = (slot + 1) & mask) {
      const node = table[2 * slot] ?? none
      if (node === none || (table[2 * slot + 1] === high && hashes[2 * node + 1] === low)) return node
    }
  }

  /**
   * The same, looking first where it most likely is: a prompt's blocks enter together, so their nodes are neighbours. A
   * walk through memory in order costs a tenth of one that jumps.
   */
  #findNear(neighbour: number, high: number, low: number): number {
    const hashes = this.#hashes
    return neighbour > none && hashes[2 * neighbour] === high && hashes[2 * neighbour + 1] === low
      ? neighbour
      : this.#find(high, low)
  }

  #create(high: number, low: number, extent: number): number {
    let node: number
    if (this.#freeCount > 0) {
      this.#freeCount -= 1
      node = this.#free[this.#freeCount] ?? none
    } else {
      this.#nodes += 1
      node = this.#nodes
    }
    if (node > this.#capacity) throw new Error('the prefix index holds more blocks than its replicas')
    this.#hashes[2 * node] = high
    this.#hashes[2 * node + 1] = low
    this.#extents[node] = extent
    const table = this.#table
    let slot = high & this.#mask
    while (table[2 * slot] !== none) slot = (slot + 1) & this.#mask
    table[2 * slot] = node
    table[2 * slot + 1] = high
    return node
  }

  /** Takes a node out and moves those behind it up, so that no search ends too early (Knuth, TAOCP 6.4, algorithm R). */
  #remove(node: number): void {
    const table = this.#table
    const hashes = this.#hashes
    const mask = this.#mask
    let gap = (hashes[2 * node] ?? 0) & mask
    while (table[2 * gap] !== node) gap = (gap + 1) & mask
    for (let slot = (gap + 1) & mask; table[2 * slot] !== none; slot = (slot + 1) & mask) {
      const high = table[2 * slot + 1] ?? 0
      if (((slot - high) & mask) < ((slot - gap) & mask)) continue
      table[2 * gap] = table[2 * slot] ?? none
      table[2 * gap + 1] = high
      gap = slot
    }
    table[2 * gap] = none
    hashes[2 * node] = 0
    hashes[2 * node + 1] = 0
    this.#free[this.#freeCount] = node
    this.#freeCount += 1
  }
}

/** Notes the depth for each replica of a word's bits. */
function noteDepth(into: Int32Array, word: number, bits: number, depth: number): void {
  for (let left = bits; left !== 0; left &= left - 1) {
    const replica = word * 32 + (31 - Math.clz32(left & -left))
    if (replica < into.length) into[replica] = depth
  }
}

/** First in, first out, of a fixed size. */
class Ring {
  readonly capacity: number
  readonly #nodes: Int32Array
  #first = 0
  size = 0
  /** How much its blocks are, and how much they may be. */
  extent = 0
  bound = Infinity

  constructor(capacity: number) {
    this.capacity = capacity
    this.#nodes = new Int32Array(capacity)
  }

  push(node: number): void {
    const index = this.#first + this.size
    this.#nodes[index < this.capacity ? index : index - this.capacity] = node
    this.size += 1
  }

  /** The one that would come after so many. */
  at(place: number): number {
    const index = this.#first + place
    return this.#nodes[index < this.capacity ? index : index - this.capacity] ?? 0
  }

  shift(): number {
    const node = this.#nodes[this.#first] ?? 0
    this.#first = this.#first + 1 === this.capacity ? 0 : this.#first + 1
    this.size -= 1
    return node
  }
}
