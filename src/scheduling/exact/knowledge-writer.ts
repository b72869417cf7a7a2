import type { BlockRemoved, BlockStored, KvEvent } from '../../engines/index.ts'
import { seedOfKeys } from './context-seed.ts'
import { Holdings } from './holdings.ts'
import { Lanes } from './lanes.ts'
import {
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
import { writeTokenBytes, type TokenBytes } from './vocabulary/token-bytes.ts'

/** What was not taken over into the index, in blocks, since the beginning; and what was. */
export interface ExactIndexCounts {
  stored: number
  removed: number
  /** Events without token ids say nothing of bytes. */
  withoutTokens: number
  /** The vocabulary lacks one of their tokens, or the block is too long. */
  unreadable: number
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
const holdingsEachNode = 2

/** What replicas hold, as their engines say: the one writer, in the control thread. */
export class ExactKnowledgeWriter {
  /** To be handed to every `ExactKnowledge`. */
  readonly memory: ExactIndexMemory
  readonly counts: ExactIndexCounts = {
    stored: 0,
    removed: 0,
    withoutTokens: 0,
    unreadable: 0,
    orphans: 0,
    unknownRemoved: 0,
    otherMedium: 0,
    dropped: 0,
    resets: 0,
  }
  readonly #views: IndexViews
  readonly #lanes: Lanes
  readonly #secret: readonly [number, number]
  readonly #words64 = new BigUint64Array(1)
  readonly #words32 = new Int32Array(this.#words64.buffer)
  readonly #scratch = new Uint8Array(mostBytes)
  readonly #scratchView = new DataView(this.#scratch.buffer)
  #nodes: NodeTable
  #holdings: Holdings
  /** (lane, node) that a lane holds under further names: other tokens of equal bytes. */
  readonly #aliases = new Map<string, number>()
  #lacksRoom = false
  #high = 0
  #low = 0

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
    const { blockHashes, blockSize, tokenIds } = event
    const { counts } = this
    const blocks = blockHashes.length
    if (!isOnGpu(event.medium)) {
      counts.otherMedium += blocks
      return
    }
    if (tokenIds.length === 0) {
      counts.withoutTokens += blocks
      return
    }
    const lane = this.#laneOf(replica, rank, event.group)
    if (lane === null) {
      counts.dropped += blocks
      return
    }
    let parent: number = root
    if (event.parentBlockHash !== null) {
      this.#split(event.parentBlockHash)
      parent = this.#holdings.find(lane, this.#high, this.#low)
      if (parent === 0) {
        counts.orphans += blocks
        return
      }
    }
    for (let block = 0; block < blocks; block += 1) {
      this.#split(blockHashes[block] ?? 0n)
      const high = this.#high
      const low = this.#low
      const known = this.#holdings.find(lane, high, low)
      if (known !== 0) {
        this.#holdings.addCopy(lane, high, low)
        parent = known
        counts.stored += 1
        continue
      }
      const from = block * blockSize
      const length = writeTokenBytes(vocabulary, tokenIds, from, from + blockSize, this.#scratch)
      const shape = shapeOf(length, blockSize)
      if (shape === 0) {
        counts.unreadable += blocks - block
        return
      }
      hashRange(this.#scratchView, 0, length, this.#seedOf(event, block), this.#secret[0], this.#secret[1])
      const node = this.#hold(lane, parent, shape)
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

  #hold(lane: number, parent: number, shape: number): number {
    if (this.#holdings.isFull) return noRoom
    const high = hashed[0] ?? 0
    const low = hashed[1] ?? 0
    const node = this.#nodes.hold(lane, parent, shape, high, low)
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
    for (const hash of event.blockHashes) {
      this.#split(hash)
      const node = this.#holdings.remove(lane, this.#high, this.#low)
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

  #seedOf({ extraKeys, loraName, loraId }: BlockStored, block: number): number {
    if (extraKeys !== null) return seedOfKeys(extraKeys[block] ?? null, this.#secret[0])
    if (loraName !== null) return seedOfKeys([loraName], this.#secret[0])
    // Engines older than 2025-12 name an adapter by a number that no request knows.
    return loraId === null ? 0 : seedOfKeys([{ loraId }], this.#secret[0])
  }

  /** Splits a name into `#high` and `#low`. */
  #split(hash: bigint): void {
    this.#words64[0] = hash
    this.#low = this.#words32[0] ?? 0
    this.#high = this.#words32[1] ?? 0
  }
}

/** Engines older than 2025-09 do not say, and tell of the GPU only. vLLM on CPU says GPU too. */
const isOnGpu = (medium: string | null): boolean => medium === null || medium === 'GPU'
