/** A cache of blocks that lets the least recently used one go: an engine's prefix cache, or the oracle's. */
export class BlockCache {
  readonly #capacity: number
  readonly #blocks = new Map<number, true>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** How many blocks of a prompt it holds from the beginning on. */
  match(blocks: readonly number[]): number {
    let held = 0
    while (held < blocks.length && this.#blocks.has(blocks[held] ?? -1)) held += 1
    return held
  }

  /** A prompt is computed; what it used last, its end, leaves first. */
  use(blocks: readonly number[]): void {
    for (let at = Math.min(blocks.length, this.#capacity) - 1; at >= 0; at -= 1) {
      const block = blocks[at] ?? -1
      this.#blocks.delete(block)
      this.#blocks.set(block, true)
    }
    for (const oldest of this.#blocks.keys()) {
      if (this.#blocks.size <= this.#capacity) return
      this.#blocks.delete(oldest)
    }
  }

  clear(): void {
    this.#blocks.clear()
  }
}
