import {
  bytesOfShape,
  chainHash,
  childrenAt,
  entryWords,
  highAt,
  lowAt,
  nextAt,
  nodeWords,
  parentAt,
  reusesAt,
  root,
  secretAt,
  setAt,
  shapeAt,
  tokensOfShape,
  viewsOf,
  type ExactIndexMemory,
  type IndexViews,
} from './memory.ts'
import { hashed, hashRange } from './range-hash.ts'

/** How often a node is read again because something left its bucket meanwhile. */
const mostTries = 16
/** Nodes of one bucket that are looked at; there are three or four where the index is full. */
const longestChain = 256
/** Lengths of one node's children that are tried: blocks of 16 tokens have some hundred. */
const mostShapes = 4096
/** Blocks that one prompt may lead through, all ways that its bytes can be cut taken together. */
const mostBlocks = 1 << 18

/** Blocks that are looked at before it is asked whether what was seen still counts. */
const stretch = 64
/** Nodes of one bucket that are looked at within a stretch. */
const nearChain = 8

/** A way through the tree that is still to be walked. */
interface Branch {
  readonly node: number
  readonly position: number
  readonly tokens: number
  readonly shape: number
  readonly chain: number
  readonly high: number
  readonly low: number
  readonly matching: Int32Array
}

/** Walks the tree along a prompt's bytes: the read side, in any thread, while the writer goes on. */
export class IndexReader {
  readonly #views: IndexViews
  readonly #secretA: number
  readonly #secretB: number
  /** Lanes that hold every block so far. */
  readonly #matching: Int32Array
  /** What was read of one node, until its sequence number has proven that it belongs together. */
  readonly #readSet: Int32Array
  #readSetChanged = false
  #set = -1
  #setGeneration = -1
  #nextSet = -1
  #nextGeneration = -1
  #shapes = new Int32Array(64)
  #shapeCount = 0
  readonly #branches: Branch[] = []
  /** A word of this reader's own: storing to it keeps what was read before apart from what is read after. */
  readonly #fence = new Int32Array(new SharedArrayBuffer(4))
  /** Where the last stretch ended. */
  readonly #reached = { node: 0, chain: 0, position: 0, tokens: 0, blocks: 0 }

  constructor(memory: ExactIndexMemory) {
    this.#views = viewsOf(memory)
    this.#secretA = this.#views.header[secretAt] ?? 0
    this.#secretB = this.#views.header[secretAt + 1] ?? 0
    this.#matching = new Int32Array(this.#views.words)
    this.#readSet = new Int32Array(this.#views.words)
  }

  /**
   * Finds how many tokens of a prompt each lane holds from its beginning on: whole blocks, and at least one byte of the
   * prompt behind them, since an engine computes the last token anew in any case.
   * @param firstSeed of the first block, `restSeed` of the others
   * @param laneTokens one number for each lane, zero where it holds nothing
   */
  walk(bytes: Uint8Array, firstSeed: number, restSeed: number, laneTokens: Int32Array): void {
    laneTokens.fill(0)
    this.#matching.fill(-1)
    this.#set = -1
    this.#branches.length = 0
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (!this.#readRoot()) return
    let budget = this.#follow(view, root, 0, 0, 0, firstSeed, restSeed, laneTokens, mostBlocks)
    for (let branch = this.#branches.pop(); branch !== undefined && budget > 0; branch = this.#branches.pop()) {
      this.#matching.set(branch.matching)
      this.#set = -1
      const node = this.#enter(branch.node, branch.shape, branch.chain, branch.high, branch.low)
      if (node === 0 || !this.#keepHolders(laneTokens, branch.tokens)) continue
      const position = branch.position + bytesOfShape(branch.shape)
      const tokens = branch.tokens + tokensOfShape(branch.shape)
      budget = this.#follow(view, node, branch.chain, position, tokens, restSeed, restSeed, laneTokens, budget)
    }
  }

  /** Goes on from a node whose children's shapes are read. */
  #follow(
    bytes: DataView,
    from: number,
    fromChain: number,
    start: number,
    startTokens: number,
    firstSeed: number,
    restSeed: number,
    laneTokens: Int32Array,
    budget: number,
  ): number {
    const end = bytes.byteLength
    let node = from
    let chain = fromChain
    let position = start
    let tokens = startTokens
    let seed = firstSeed
    for (let left = budget; left > 0; left -= 1) {
      if (this.#shapeCount === 1 && this.#glide(bytes, node, chain, position, seed)) {
        const reached = this.#reached
        node = reached.node
        chain = reached.chain
        position = reached.position
        tokens += reached.tokens
        left -= reached.blocks - 1
        seed = restSeed
        continue
      }
      let shape = 0
      let next = 0
      let nextChain = 0
      if (this.#shapeCount === 1) {
        shape = this.#shapes[0] ?? 0
        const length = bytesOfShape(shape)
        if (position + length < end) {
          hashRange(bytes, position, length, seed, this.#secretA, this.#secretB)
          nextChain = chainHash(chain, hashed[0] ?? 0, hashed[1] ?? 0)
          next = this.#enter(node, shape, nextChain, hashed[0] ?? 0, hashed[1] ?? 0)
        }
      } else if (this.#shapeCount > 1) {
        shape = this.#choose(bytes, node, chain, position, tokens, seed)
        nextChain = chainHash(chain, hashed[0] ?? 0, hashed[1] ?? 0)
        if (shape !== 0) next = this.#enter(node, shape, nextChain, hashed[0] ?? 0, hashed[1] ?? 0)
      }
      if (next === 0) {
        this.#note(laneTokens, tokens)
        return left
      }
      if (!this.#keepHolders(laneTokens, tokens)) return left
      node = next
      chain = nextChain
      position += bytesOfShape(shape)
      tokens += tokensOfShape(shape)
      seed = restSeed
    }
    this.#note(laneTokens, tokens)
    return 0
  }

  /**
   * Goes on while each node has one shape of children and all are held by the same lanes, which is nearly the whole way.
   * An `Atomics` call costs as much as all the rest of a block, so the words are read plainly, and it is asked once a
   * stretch whether a place was given to another meanwhile. A node that was left just now may be read; never one that is
   * half one block and half another.
   * @returns whether it came further; where to is in `#reached`, and the last node's shape in `#shapes`
   */
  #glide(bytes: DataView, from: number, fromChain: number, start: number, seed: number): boolean {
    const { nodes, heads, bucketMask, header, setGenerations } = this.#views
    const set = this.#set
    if (set < 0) return false
    const end = bytes.byteLength
    const reuses = Atomics.load(header, reusesAt)
    let node = from
    let chain = fromChain
    let position = start
    let shape = this.#shapes[0] ?? 0
    let tokens = 0
    let blocks = 0
    while (blocks < stretch) {
      const length = bytesOfShape(shape)
      if (position + length >= end) break
      hashRange(bytes, position, length, seed, this.#secretA, this.#secretB)
      const high = hashed[0] ?? 0
      const low = hashed[1] ?? 0
      const nextChain = chainHash(chain, high, low)
      let next = node + 1
      for (let steps = 0; steps < nearChain && !this.#looksLike(next, node, shape, high, low); steps += 1) {
        next = (steps === 0 ? heads[nextChain & bucketMask] : nodes[next * nodeWords + nextAt]) ?? 0
        if (next === 0) break
      }
      if (next === 0 || !this.#looksLike(next, node, shape, high, low)) break
      const children = nodes[next * nodeWords + childrenAt] ?? 0
      if (children <= 0 || nodes[next * nodeWords + setAt] !== set) break
      node = next
      chain = nextChain
      position += length
      tokens += tokensOfShape(shape)
      shape = children
      blocks += 1
    }
    if (blocks === 0 || setGenerations[set] !== this.#setGeneration) return false
    Atomics.store(this.#fence, 0, 0)
    if (Atomics.load(header, reusesAt) !== reuses) return false
    this.#shapes[0] = shape
    Object.assign(this.#reached, { node, chain, position, tokens, blocks })
    return true
  }

  /** The same as `is`, of words that are read plainly. */
  #looksLike(node: number, parent: number, shape: number, high: number, low: number): boolean {
    const { nodes } = this.#views
    const at = node * nodeWords
    return (
      nodes[at + lowAt] === low &&
      nodes[at + highAt] === high &&
      nodes[at + parentAt] === parent &&
      nodes[at + shapeAt] === shape
    )
  }

  /**
   * Tries each shape of a node's children. The same bytes can be cut in more than one way, where an answer was generated
   * in other tokens than the tokenizer would have chosen: one way is followed now, the others later.
   * @returns the shape to follow, its hash in `hashed`; 0 for none
   */
  #choose(bytes: DataView, node: number, chain: number, position: number, tokens: number, seed: number): number {
    let shape = 0
    let high = 0
    let low = 0
    for (let each = 0; each < this.#shapeCount; each += 1) {
      const tried = this.#shapes[each] ?? 0
      const length = bytesOfShape(tried)
      if (position + length >= bytes.byteLength) continue
      hashRange(bytes, position, length, seed, this.#secretA, this.#secretB)
      const triedHigh = hashed[0] ?? 0
      const triedLow = hashed[1] ?? 0
      const triedChain = chainHash(chain, triedHigh, triedLow)
      if (!this.#isThere(node, tried, triedChain, triedHigh, triedLow)) continue
      if (shape === 0) {
        shape = tried
        high = triedHigh
        low = triedLow
        continue
      }
      this.#branches.push({
        node,
        position,
        tokens,
        shape: tried,
        chain: triedChain,
        high: triedHigh,
        low: triedLow,
        matching: this.#matching.slice(),
      })
    }
    hashed[0] = high
    hashed[1] = low
    return shape
  }

  /** Lanes that hold no more of the prompt are noted with what they held; false when none is left. */
  #keepHolders(laneTokens: Int32Array, tokens: number): boolean {
    this.#set = this.#nextSet
    this.#setGeneration = this.#nextGeneration
    if (!this.#readSetChanged) return true
    const matching = this.#matching
    let left = 0
    for (let word = 0; word < matching.length; word += 1) {
      const before = matching[word] ?? 0
      if (before === 0) continue
      const after = before & (this.#readSet[word] ?? 0)
      left |= after
      if (after === before) continue
      if (tokens > 0) noteLanes(laneTokens, word, before & ~after, tokens)
      matching[word] = after
    }
    return left !== 0
  }

  #note(laneTokens: Int32Array, tokens: number): void {
    if (tokens === 0) return
    for (let word = 0; word < this.#matching.length; word += 1) {
      noteLanes(laneTokens, word, this.#matching[word] ?? 0, tokens)
    }
  }

  #readRoot(): boolean {
    const { stripes } = this.#views
    for (let tries = 0; tries < mostTries; tries += 1) {
      const before = Atomics.load(stripes, 0)
      this.#readShapes(Atomics.load(this.#views.nodes, root * nodeWords + childrenAt))
      if (Atomics.load(stripes, 0) === before) return true
    }
    return false
  }

  /** Finds a child and reads what is needed of it; 0 when it is not there. */
  #enter(parent: number, shape: number, chain: number, high: number, low: number): number {
    const { stripes, stripeMask, nodes, sets, setGenerations } = this.#views
    const stripe = chain & stripeMask
    for (let tries = 0; tries < mostTries; tries += 1) {
      const before = Atomics.load(stripes, stripe)
      const node = this.#find(chain, parent, shape, high, low)
      if (node > 0) {
        const set = Atomics.load(nodes, node * nodeWords + setAt)
        const generation = Atomics.load(setGenerations, set)
        this.#readSetChanged = set !== this.#set || generation !== this.#setGeneration
        if (this.#readSetChanged) {
          const words = this.#readSet.length
          for (let word = 0; word < words; word += 1) this.#readSet[word] = Atomics.load(sets, set * words + word)
          // The set's place was given to another meanwhile.
          if (Atomics.load(setGenerations, set) !== generation) continue
        }
        this.#nextSet = set
        this.#nextGeneration = generation
        this.#readShapes(Atomics.load(nodes, node * nodeWords + childrenAt))
      }
      if (node >= 0 && Atomics.load(stripes, stripe) === before) return node
    }
    return 0
  }

  #isThere(parent: number, shape: number, chain: number, high: number, low: number): boolean {
    const { stripes, stripeMask } = this.#views
    const stripe = chain & stripeMask
    for (let tries = 0; tries < mostTries; tries += 1) {
      const before = Atomics.load(stripes, stripe)
      const node = this.#find(chain, parent, shape, high, low)
      if (node >= 0 && Atomics.load(stripes, stripe) === before) return node > 0
    }
    return false
  }

  /** The node of a bucket; 0 for none, -1 when the way led astray because the writer was at work. */
  #find(chain: number, parent: number, shape: number, high: number, low: number): number {
    const { heads, bucketMask, nodes } = this.#views
    // Blocks that came together have places that follow one another: no need to go through the table.
    if (this.#is(parent + 1, parent, shape, high, low)) return parent + 1
    let node = Atomics.load(heads, chain & bucketMask)
    for (let steps = 0; steps < longestChain; steps += 1) {
      if (node === 0 || this.#is(node, parent, shape, high, low)) return node
      node = Atomics.load(nodes, node * nodeWords + nextAt)
    }
    return -1
  }

  #is(node: number, parent: number, shape: number, high: number, low: number): boolean {
    const { nodes } = this.#views
    const at = node * nodeWords
    return (
      Atomics.load(nodes, at + lowAt) === low &&
      Atomics.load(nodes, at + highAt) === high &&
      Atomics.load(nodes, at + parentAt) === parent &&
      Atomics.load(nodes, at + shapeAt) === shape
    )
  }

  #readShapes(children: number): void {
    if (children >= 0) {
      this.#shapeCount = children === 0 ? 0 : 1
      this.#shapes[0] = children
      return
    }
    const { entries } = this.#views
    let count = 0
    for (
      let entry = -children;
      entry > 0 && count < mostShapes;
      entry = Atomics.load(entries, entry * entryWords + 2)
    ) {
      if (count === this.#shapes.length) this.#growShapes()
      this.#shapes[count] = Atomics.load(entries, entry * entryWords)
      count += 1
    }
    this.#shapeCount = count
  }

  #growShapes(): void {
    const grown = new Int32Array(2 * this.#shapes.length)
    grown.set(this.#shapes)
    this.#shapes = grown
  }
}

function noteLanes(laneTokens: Int32Array, word: number, bits: number, tokens: number): void {
  for (let left = bits; left !== 0; left &= left - 1) {
    const lane = word * 32 + (31 - Math.clz32(left & -left))
    if (tokens > (laneTokens[lane] ?? 0)) laneTokens[lane] = tokens
  }
}
