import { PrefixIndex, type Hashes } from '../../scheduling/index.ts'
import type { Prompt } from '../prepare-prompts.ts'
import { usableTokens, type KnowledgeSize, type PrefixKnowledge } from './contract.ts'

/**
 * What was sent where, in the gateway's own index. Its blocks are the workload's units here (512 tokens of a Mooncake
 * trace, where the gateway takes 256 bytes and more), so the end of a prompt that is no whole unit is not known.
 */
export class ApproximateKnowledge implements PrefixKnowledge {
  readonly #size: KnowledgeSize
  readonly #index: PrefixIndex
  readonly #hashes: Hashes = { count: 0, words: new Int32Array(256) }
  readonly #blocks: Int32Array

  constructor(size: KnowledgeSize) {
    this.#size = size
    this.#index = new PrefixIndex({
      replicas: size.replicas,
      blocksPerReplica: Math.max(1, Math.floor(size.indexTokens / size.unitTokens)),
    })
    this.#blocks = new Int32Array(size.replicas)
  }

  match(prompt: Prompt, into: Int32Array): void {
    const { unitTokens, blockTokens } = this.#size
    this.#index.match(this.#hashesOf(prompt), this.#blocks)
    for (let place = 0; place < this.#size.replicas; place += 1) {
      into[place] = usableTokens((this.#blocks[place] ?? 0) * unitTokens, prompt.tokens, blockTokens)
    }
  }

  sent(prompt: Prompt, place: number): void {
    this.#index.add(this.#hashesOf(prompt), place)
  }

  computed(): void {}

  forget(place: number): void {
    this.#index.clear(place)
  }

  listenerFor(): undefined {
    return undefined
  }

  #hashesOf({ units, tokens }: Prompt): Hashes {
    const hashes = this.#hashes
    const count = Math.min(units.length, Math.floor(tokens / this.#size.unitTokens))
    if (hashes.words.length < 2 * count) hashes.words = new Int32Array(4 * count)
    hashes.count = count
    for (let place = 0; place < count; place += 1) {
      const unit = units[place] ?? 0
      // The number itself tells units apart; the other half spreads them over the table (2^32 / golden ratio).
      hashes.words[2 * place] = Math.imul(unit, 0x9e3779b1) ^ (unit >>> 7)
      hashes.words[2 * place + 1] = unit
    }
    return hashes
  }
}
