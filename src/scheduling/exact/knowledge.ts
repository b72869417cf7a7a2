import { plainContext, seedsOfContext, type PromptContext } from './context-seed.ts'
import { IndexReader } from './index-reader.ts'
import {
  blockTokensAt,
  laneLimitAt,
  laneSequenceAt,
  secretAt,
  viewsOf,
  type ExactIndexMemory,
  type IndexViews,
} from './memory.ts'

/** How often a prompt is looked up again because an engine began anew meanwhile. */
const mostTries = 4

/** What replicas hold, as their engines say: the read side, one for each thread. */
export class ExactKnowledge {
  readonly #views: IndexViews
  readonly #reader: IndexReader
  readonly #secret: number
  readonly #laneTokens: Int32Array
  readonly #unitTokens: Int32Array
  readonly #unitReplicas: Int32Array

  constructor(memory: ExactIndexMemory) {
    this.#views = viewsOf(memory)
    this.#reader = new IndexReader(memory)
    this.#secret = this.#views.header[secretAt] ?? 0
    const lanes = this.#views.laneReplicas.length
    this.#laneTokens = new Int32Array(lanes)
    this.#unitTokens = new Int32Array(lanes)
    this.#unitReplicas = new Int32Array(lanes)
  }

  /** Tokens of a block of the engines; 0 as long as none has told of one. */
  get blockTokens(): number {
    return Atomics.load(this.#views.header, blockTokensAt)
  }

  /**
   * Finds how many tokens of a prompt each replica holds from its beginning on, as vLLM counts them: whole blocks, all but
   * the last token at the most. A replica of several data-parallel ranks counts by the rank that holds the most; a hybrid
   * model by the KV cache group that holds the least. Allocates next to nothing, and never waits for the writer.
   * @param prompt the bytes of the rendered prompt, as the engine's tokenizer gets them
   * @param into one number for each replica, by its number
   */
  heldTokens(prompt: Uint8Array, into: Int32Array, context: PromptContext = plainContext): void {
    const { header } = this.#views
    const seeds =
      context.adapter === null && context.cacheSalt === null ? noSeeds : seedsOfContext(context, this.#secret)
    for (let tries = 0; tries < mostTries; tries += 1) {
      const before = Atomics.load(header, laneSequenceAt)
      if ((before & 1) !== 0) continue
      this.#reader.walk(prompt, seeds.first, seeds.rest, this.#laneTokens)
      this.#sumUp(into)
      if (Atomics.load(header, laneSequenceAt) === before) return
    }
    into.fill(0)
  }

  #sumUp(into: Int32Array): void {
    const { header, laneReplicas, laneUnits } = this.#views
    const limit = Atomics.load(header, laneLimitAt)
    const replicas = this.#unitReplicas
    const tokens = this.#unitTokens
    into.fill(0)
    replicas.fill(0)
    for (let lane = 0; lane < limit; lane += 1) {
      const replica = Atomics.load(laneReplicas, lane)
      if (replica === 0) continue
      const unit = Atomics.load(laneUnits, lane)
      const held = this.#laneTokens[lane] ?? 0
      tokens[unit] = replicas[unit] === 0 ? held : Math.min(tokens[unit] ?? 0, held)
      replicas[unit] = replica
    }
    for (let unit = 0; unit < replicas.length; unit += 1) {
      const replica = (replicas[unit] ?? 0) - 1
      if (replica < 0 || replica >= into.length) continue
      into[replica] = Math.max(into[replica] ?? 0, tokens[unit] ?? 0)
    }
  }
}

const noSeeds = { first: 0, rest: 0 }
