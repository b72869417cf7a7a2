/** A block as vLLM has it. */
interface Block {
  name: number | null
  references: number
}

/**
 * vLLM's block pool word for word, slow and plain, for one request after another (`vllm/v1/core/block_pool.py`,
 * `single_type_kv_cache_manager.py`): a queue of free blocks of which the first is taken next, a table of those that
 * still hold something, blocks freed from the end of a request.
 */
export class PlainBlocks {
  readonly #blockTokens: number
  readonly #free: Block[]
  readonly #named = new Map<number, Block>()

  constructor(capacityBlocks: number, blockTokens: number) {
    this.#blockTokens = blockTokens
    this.#free = Array.from({ length: capacityBlocks }, () => ({ name: null, references: 0 }))
  }

  /** Serves a request from beginning to end; how many tokens of its prompt were held. */
  serve(names: readonly number[], promptTokens: number, outputTokens: number): number {
    const most = Math.floor((promptTokens - 1) / this.#blockTokens)
    const blocks: Block[] = []
    for (const name of names.slice(0, most)) {
      const held = this.#named.get(name)
      if (held === undefined) break
      if (held.references === 0) this.#free.splice(this.#free.indexOf(held), 1)
      held.references += 1
      blocks.push(held)
    }
    const cachedTokens = blocks.length * this.#blockTokens
    // The last token of an answer is never computed.
    while (blocks.length * this.#blockTokens < promptTokens + outputTokens - 1) {
      const block = this.#free.shift()
      if (block === undefined) throw new Error('out of blocks')
      if (block.name !== null) this.#named.delete(block.name)
      block.name = names[blocks.length] ?? null
      block.references = 1
      if (block.name !== null) this.#named.set(block.name, block)
      blocks.push(block)
    }
    for (const block of blocks.toReversed()) {
      block.references -= 1
      this.#free.push(block)
    }
    return cachedTokens
  }
}
