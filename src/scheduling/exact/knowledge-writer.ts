import type { BlockRemoved, BlockStored, KvEvent } from '../../engines/index.ts'
import { seedOfKeys } from './context-seed.ts'
import { GeneratedBlocks } from './generated-blocks.ts'
import { Holdings } from './holdings.ts'
import { imageMark, imageSpansOf, isImageKey, type ImageSpan } from './images/index.ts'
import { Lanes } from './lanes.ts'
import {
  blockTokensAt,
  chainHash,
  createExactIndexMemory,
  laneSequenceAt,
  mostBytes,
  root,
  secretAt,
  shapeOf,
  viewsOf,
  type ExactIndexMemory,
  type ExactIndexSize,
  type IndexViews,
} from './memory.ts'
import { NodeTable, noRoom } from './node-table.ts'
import { hashed, hashRange } from './range-hash.ts'
import { writeSlack, writeTokenBytes, type TokenBytes } from './vocabulary/index.ts'

/** What was not taken over into the index, in blocks, since the beginning; and what was. */
export interface ExactIndexCounts {
  stored: number
  removed: number
  /** Events without token ids say nothing of bytes. */
  withoutTokens: number
  /** The vocabulary lacks one of their tokens, or the block is too long. */
  unreadable: number
  /** Generated in other tokens than the tokenizer makes of their text: no prompt begins with them. */
  cutOtherwise: number
  /** The block before them is unknown: it was stored before the stream was heard. */
  orphans: number
  /** Removed without having been known. */
  unknownRemoved: number
  /** In a slower memory than the GPU's. */
  otherMedium: number
  /** The index was full. */
  dropped: number
  /** How often the whole index was emptied because it had no room to tell its holders apart. */
  resets: number
}

/** Slots that are looked through after each batch while blocks of restarted engines are taken out. */
const sweptEachBatch = 4096
/** Holdings a node: the same block on several replicas, or in several groups. */
const holdingsEachNode = 1.5

/** What replicas hold, as their engines say: the one writer, in the control thread. */
export class ExactKnowledgeWriter {
  /** To be handed to every `ExactKnowledge`. */
  readonly memory: ExactIndexMemory
  readonly counts: ExactIndexCounts = {
    stored: 0,
    removed: 0,
    withoutTokens: 0,
    unreadable: 0,
    cutOtherwise: 0,
    orphans: 0,
    unknownRemoved: 0,
    otherMedium: 0,
    dropped: 0,
    resets: 0,
  }
  readonly #views: IndexViews
  readonly #lanes: Lanes
  readonly #secret: readonly [number, number]
  /** An event's names, as numbers and in halves, the lower one first. */
  #names64 = new BigUint64Array(1024)
  #names = new Int32Array(this.#names64.buffer)
  readonly #scratch = new DataView(new ArrayBuffer(mostBytes + writeSlack))
  /** An event's blocks: their chain hashes; their shapes and hashes. */
  #chains = new Int32Array(1024)
  #hashes = new Int32Array(3072)
  #nodes: NodeTable
  #holdings: Holdings
  /** (lane, node) that a lane holds under further names: other tokens of equal bytes. */
  readonly #aliases = new Map<string, number>()
  readonly #generated = new GeneratedBlocks()
  #lacksRoom = false

  /** @param secret two random numbers of 32 bits, the process's own */
  constructor(size: ExactIndexSize, secret: readonly [number, number]) {
    this.memory = createExactIndexMemory(size, secret)
    this.#views = viewsOf(this.memory)
    this.#secret = [this.#views.header[secretAt] ?? 0, this.#views.header[secretAt + 1] ?? 0]
    this.#lanes = new Lanes(this.#views, size.lanes)
    this.#nodes = new NodeTable(this.#views, size.nodes)
    this.#holdings = new Holdings(holdingsEachNode * size.nodes)
  }

  /** Blocks that any replica holds or that lead to one. */
  get size(): number {
    return this.#nodes.size
  }

  /** Blocks of all replicas, each replica's own counted. */
  get held(): number {
    return this.#holdings.size
  }

  /** Whether nothing waits to be taken out by `tidy`. */
  get isTidy(): boolean {
    return !this.#lanes.hasRetired
  }

  /** Takes over what an engine process did to its cache, in the order in which it did it. */
  apply(replica: number, rank: number, events: readonly KvEvent[], vocabulary: TokenBytes): void {
    for (const event of events) {
      if (event.kind === 'stored') this.#store(replica, rank, event, vocabulary)
      else if (event.kind === 'removed') this.#remove(replica, rank, event)
      else this.#lanes.clear(replica, rank)
    }
    this.tidy(sweptEachBatch)
  }

  /** An engine process began anew, or some of its events were lost: what it was taken to hold counts no more. */
  clear(replica: number, rank: number): void {
    this.#lanes.clear(replica, rank)
  }

  /** A replica is gone. Its number may be given to another at once. */
  forget(replica: number): void {
    this.#lanes.forget(replica)
  }

  /**
   * Takes out some of what counts no more; readers see none of it in any case.
   * @param slots how many to look through, some 10 ns each
   */
  tidy(slots: number): void {
    if (!this.#lanes.hasRetired) return
    const isAtEnd = this.#holdings.sweep(
      slots,
      (lane) => this.#lanes.isRetired(lane),
      (lane, node) => {
        this.#lanes.count(lane, -1)
        this.#aliases.delete(`${lane}:${node}`)
        if (!this.#nodes.release(lane, node)) this.#lacksRoom = true
      },
    )
    if (this.#lacksRoom) this.#reset()
    if (isAtEnd) this.#lanes.freeRetired()
  }

  #laneOf(replica: number, rank: number, group: number): number | null {
    const lane = this.#lanes.laneOf(replica, rank, group)
    if (lane !== null || !this.#lanes.hasRetired) return lane
    // All lanes are taken: those of engines that began anew are emptied now, and not in small steps.
    this.tidy(Number.MAX_SAFE_INTEGER)
    this.tidy(Number.MAX_SAFE_INTEGER)
    return this.#lanes.laneOf(replica, rank, group)
  }

  #store(replica: number, rank: number, event: BlockStored, vocabulary: TokenBytes): void {
    const { blockHashes, tokenIds } = event
    const { counts } = this
    if (!isOnGpu(event.medium)) {
      counts.otherMedium += blockHashes.length
      return
    }
    if (tokenIds.length === 0) {
      counts.withoutTokens += blockHashes.length
      return
    }
    const blocks =
      vocabulary.judge === undefined ? blockHashes.length : this.#generated.findable(event, vocabulary.judge)
    counts.cutOtherwise += blockHashes.length - blocks
    if (blocks === 0) return
    const lane = this.#laneOf(replica, rank, event.group)
    if (lane === null) {
      counts.dropped += blocks
      return
    }
    let parent: number = root
    if (event.parentBlockHash !== null) {
      this.#split([event.parentBlockHash])
      parent = this.#holdings.find(lane, this.#names[1] ?? 0, this.#names[0] ?? 0)
      if (parent === 0) {
        counts.orphans += blocks
        return
      }
    }
    const { header } = this.#views
    if (header[blockTokensAt] !== event.blockSize) Atomics.store(header, blockTokensAt, event.blockSize)
    this.#split(blockHashes)
    this.#holdings.warm(lane, this.#names, blocks)
    const readable = this.#hashBlocks(event, blocks, this.#nodes.chainOf(parent), vocabulary)
    this.#nodes.warm(this.#chains, readable)
    for (let block = 0; block < blocks; block += 1) {
      const high = this.#names[2 * block + 1] ?? 0
      const low = this.#names[2 * block] ?? 0
      const known = this.#holdings.find(lane, high, low)
      if (known !== 0) {
        this.#holdings.addCopy(lane, high, low)
        parent = known
        counts.stored += 1
        continue
      }
      if (block >= readable) {
        counts.unreadable += blocks - block
        return
      }
      const node = this.#hold(lane, parent, block)
      if (node === noRoom) {
        counts.dropped += blocks - block
        return
      }
      this.#holdings.add(lane, high, low, node)
      this.#lanes.count(lane, 1)
      counts.stored += 1
      parent = node
    }
  }

  /** Hashes the first blocks of an event; says how many of them, from the first on, can be read. */
  #hashBlocks(event: BlockStored, blocks: number, chainBefore: number, vocabulary: TokenBytes): number {
    const { blockSize, tokenIds } = event
    const [secretA, secretB] = this.#secret
    if (this.#chains.length < blocks) {
      this.#chains = new Int32Array(2 * blocks)
      this.#hashes = new Int32Array(6 * blocks)
    }
    const { imageToken } = vocabulary
    const spans = imageToken === undefined || event.extraKeys === null ? [] : imageSpansOf(event, imageToken)
    let chain = chainBefore
    for (let block = 0; block < blocks; block += 1) {
      const from = block * blockSize
      const length =
        spans.length === 0
          ? writeTokenBytes(vocabulary, tokenIds, from, from + blockSize, this.#scratch)
          : this.#writeAround(spans, vocabulary, tokenIds, from, from + blockSize)
      const shape = shapeOf(length, blockSize)
      if (shape === 0) return block
      hashRange(this.#scratch, 0, length, this.#seedOf(event, block, imageToken !== undefined), secretA, secretB)
      const high = hashed[0] ?? 0
      const low = hashed[1] ?? 0
      chain = chainHash(chain, high, low)
      this.#chains[block] = chain
      this.#hashes[3 * block] = shape
      this.#hashes[3 * block + 1] = high
      this.#hashes[3 * block + 2] = low
    }
    return blocks
  }

  /** Writes the bytes of tokens with a mark in the place of each image that begins among them; -1 as `writeTokenBytes`. */
  #writeAround(
    spans: readonly ImageSpan[],
    vocabulary: TokenBytes,
    tokenIds: readonly number[],
    start: number,
    end: number,
  ): number {
    const { buffer } = this.#scratch
    let length = 0
    let from = start
    for (const span of [...spans, { from: end, to: end, name: null }]) {
      if (span.to <= start || span.from > end) continue
      if (span.from > from) {
        const written = writeTokenBytes(vocabulary, tokenIds, from, span.from, new DataView(buffer, length))
        if (written === -1) return -1
        length += written
      }
      from = Math.max(from, span.to)
      if (span.name === null || span.from < start || span.from === end) continue
      const mark = imageMark(span.name)
      if (length + mark.length > mostBytes) return -1
      new Uint8Array(buffer).set(mark, length)
      length += mark.length
    }
    return length
  }

  #hold(lane: number, parent: number, block: number): number {
    if (this.#holdings.isFull) return noRoom
    const shape = this.#hashes[3 * block] ?? 0
    const high = this.#hashes[3 * block + 1] ?? 0
    const low = this.#hashes[3 * block + 2] ?? 0
    const node = this.#nodes.hold(lane, parent, shape, high, low, this.#chains[block] ?? 0)
    if (this.#nodes.wasHeld) {
      const key = `${lane}:${node}`
      this.#aliases.set(key, (this.#aliases.get(key) ?? 0) + 1)
    }
    return node
  }

  #remove(replica: number, rank: number, event: BlockRemoved): void {
    const { counts } = this
    if (!isOnGpu(event.medium)) {
      counts.otherMedium += event.blockHashes.length
      return
    }
    // An engine that removes from a group has it, known or not.
    const lane = this.#laneOf(replica, rank, event.group)
    if (lane === null) {
      counts.unknownRemoved += event.blockHashes.length
      return
    }
    this.#split(event.blockHashes)
    this.#holdings.warm(lane, this.#names, event.blockHashes.length)
    for (let block = 0; block < event.blockHashes.length; block += 1) {
      const node = this.#holdings.remove(lane, this.#names[2 * block + 1] ?? 0, this.#names[2 * block] ?? 0)
      if (node === -1) counts.unknownRemoved += 1
      else counts.removed += 1
      if (node > 0) this.#release(lane, node)
    }
  }

  #release(lane: number, node: number): void {
    this.#lanes.count(lane, -1)
    if (this.#aliases.size > 0) {
      const key = `${lane}:${node}`
      const others = this.#aliases.get(key) ?? 0
      if (others > 1) this.#aliases.set(key, others - 1)
      else this.#aliases.delete(key)
      if (others > 0) return
    }
    if (!this.#nodes.release(lane, node)) this.#reset()
  }

  /** Begins anew: the holders of blocks could not be told apart any more. Happens to an index that is far too small. */
  #reset(): void {
    const { header, heads, nodes, entries } = this.#views
    Atomics.add(header, laneSequenceAt, 1)
    heads.fill(0)
    nodes.fill(0)
    entries.fill(0)
    Atomics.add(header, laneSequenceAt, 1)
    this.#nodes = new NodeTable(this.#views, this.memory.size.nodes)
    this.#holdings = new Holdings(holdingsEachNode * this.memory.size.nodes)
    this.#aliases.clear()
    this.#lanes.reset()
    this.#lacksRoom = false
    this.counts.resets += 1
  }

  /** @param marksImages whether images stand among the bytes, and not here */
  #seedOf({ extraKeys, loraName, loraId }: BlockStored, block: number, marksImages: boolean): number {
    if (extraKeys !== null) {
      const keys = extraKeys[block] ?? null
      return seedOfKeys(marksImages ? (keys?.filter((key) => !isImageKey(key)) ?? null) : keys, this.#secret[0])
    }
    if (loraName !== null) return seedOfKeys([loraName], this.#secret[0])
    // Engines older than 2025-12 name an adapter by a number that no request knows.
    return loraId === null ? 0 : seedOfKeys([{ loraId }], this.#secret[0])
  }

  /** Splits names into halves, in `#names`. */
  #split(hashes: readonly bigint[]): void {
    if (hashes.length > this.#names64.length) {
      this.#names64 = new BigUint64Array(2 * hashes.length)
      this.#names = new Int32Array(this.#names64.buffer)
    }
    const names = this.#names64
    for (let index = 0; index < hashes.length; index += 1) names[index] = hashes[index] ?? 0n
  }
}

/** Engines older than 2025-09 do not say, and tell of the GPU only. vLLM on CPU says GPU too. */
const isOnGpu = (medium: string | null): boolean => medium === null || medium === 'GPU'
