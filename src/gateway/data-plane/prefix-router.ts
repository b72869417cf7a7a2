import {
  blockBytes,
  blocksOf,
  emptyBlockHashes,
  hashBlocks,
  PrefixIndex,
  seedOf,
  type BlockHashes,
  type Hashes,
} from '../../scheduling/index.ts'
import type { PromptRange } from './question.ts'
import { blockTokens, type ReplicaHandle } from './replica-handle.ts'
import { sharing } from './sent-requests.ts'

/** Hashes that there is room for at each replica: those of one to four million tokens, more than one GPU's cache holds. */
const mostHashes = 15_625
/** Hashes that are taken over into a larger index, over all replicas, the newest: it takes 3 to 17 ms, in which nobody is served. */
const mostTakenOver = 16_384
/** Where every prompt is hashed. */
const scratch = emptyBlockHashes()
/** Whose prompt stands there, and for which model: one that is looked at again at once is not hashed again. */
const hashed: { by: PrefixRouter | null; of: object | null } = { by: null, of: null }

/** What a prompt's choice needs: its blocks. */
export type RoutedPrompt = BlockHashes

/**
 * What replicas hold of prompts' beginnings, as they were sent them, up to what the KV cache of each holds where its engine tells:
 * one for each model.
 */
export class PrefixRouter {
  readonly #seed: number
  readonly #totalBlocks: number
  #replicas: readonly ReplicaHandle[] = []
  /** The replica of each number that the index knows. */
  #numbers: (ReplicaHandle | null)[] = []
  #index: PrefixIndex | null = null
  /** The number of each place among the replicas. */
  #numberAt: readonly number[] = []
  #byNumber = new Int32Array(0)
  /** Blocks held, by place among the replicas. */
  #matches = new Int32Array(0)

  /**
   * @param name what must be equal for blocks to be: the model
   * @param totalBlocks bound of the index, over all replicas
   */
  constructor(name: string, totalBlocks: number) {
    this.#seed = seedOf(name, sharing.secret)
    this.#totalBlocks = totalBlocks
  }

  /**
   * The blocks of a prompt, good until another one is read; null for one that is shorter than a block.
   * @param question the same object for the same prompt
   * @param adapter that computes it; null for the model itself
   */
  read(question: { readonly prompt: PromptRange | null }, adapter: string | null = null): RoutedPrompt | null {
    if (hashed.by === this && hashed.of === question) return scratch
    const { prompt } = question
    if (prompt === null || prompt.end - prompt.start < blockBytes) return null
    const { bytes, start, end, context } = prompt
    // What an adapter computes of a prompt is of no use to its model.
    const own = adapter === null ? this.#seed : seedOf(adapter, this.#seed)
    const seed = context === null ? own : contextSeed(bytes, context, own)
    hashed.by = this
    hashed.of = question
    return hashBlocks(bytes, start, end, seed, scratch)
  }

  /** How many blocks of a prompt each replica holds, by place; good until it is asked again. */
  held(replicas: readonly ReplicaHandle[], prompt: RoutedPrompt): Int32Array {
    const index = this.#indexFor(replicas)
    index.match(prompt, this.#byNumber)
    for (let place = 0; place < replicas.length; place += 1) {
      this.#matches[place] = blocksOf(this.#byNumber[this.#numberAt[place] ?? -1] ?? 0)
    }
    return this.#matches
  }

  /** A replica is sent a prompt; `replicas` are those of the last `held` when absent. */
  sent(prompt: Hashes, replica: ReplicaHandle, replicas: readonly ReplicaHandle[] = this.#replicas): void {
    const index = this.#indexFor(replicas)
    const number = this.#numbers.indexOf(replica)
    // A cache overflows when something comes into it: sooner its size makes no difference.
    const { kvCacheTokens } = replica.told
    index.bound(number, kvCacheTokens > 0 ? kvCacheTokens / blockTokens : Infinity)
    index.add(prompt, number)
  }

  /** The index with a number for each of the replicas. */
  #indexFor(replicas: readonly ReplicaHandle[]): PrefixIndex {
    const known = this.#index
    if (known !== null && replicas === this.#replicas) return known
    this.#replicas = replicas
    if (this.#matches.length < replicas.length) this.#matches = new Int32Array(replicas.length)
    const index =
      known === null || replicas.length > this.#numbers.length
        ? this.#begin(replicas, known)
        : this.#renumber(known, replicas)
    this.#numberAt = replicas.map((replica) => this.#numbers.indexOf(replica))
    return index
  }

  /** Gives new replicas the numbers of those that are gone, which are forgotten. */
  #renumber(index: PrefixIndex, replicas: readonly ReplicaHandle[]): PrefixIndex {
    this.#numbers.forEach((replica, number) => {
      if (replica === null || replicas.includes(replica)) return
      index.clear(number)
      this.#numbers[number] = null
    })
    for (const replica of replicas) {
      if (!this.#numbers.includes(replica)) this.#numbers[this.#numbers.indexOf(null)] = replica
    }
    return index
  }

  /** A new index, with room for as many replicas again, and with what is known of those that stay. */
  #begin(replicas: readonly ReplicaHandle[], before: PrefixIndex | null): PrefixIndex {
    const room = Math.max(8, 2 * replicas.length)
    const blocksPerReplica = Math.max(1, Math.min(mostHashes, Math.floor(this.#totalBlocks / room)))
    const index = new PrefixIndex({ replicas: room, blocksPerReplica, extentOf: blocksOf })
    if (before !== null) {
      const each = Math.floor(mostTakenOver / this.#numbers.filter((replica) => replica !== null).length)
      for (const [number, replica] of replicas.entries()) {
        index.takeOver(number, before, this.#numbers.indexOf(replica), each)
      }
    }
    this.#index = index
    this.#numbers = Array.from({ length: room }, (_, number) => replicas[number] ?? null)
    this.#byNumber = new Int32Array(room)
    return index
  }
}

/** A seed from what stands before a prompt when it is rendered, tools in most cases. */
function contextSeed(bytes: Buffer, { start, end }: { readonly start: number; readonly end: number }, seed: number) {
  // Whole blocks first, then the rest as text.
  const { words, count, blocks } = hashBlocks(bytes, start, end, seed, scratch)
  const last = count === 0 ? seed : (words[2 * count - 1] ?? seed)
  return seedOf(bytes.toString('latin1', start + blocks * blockBytes, end), last)
}
