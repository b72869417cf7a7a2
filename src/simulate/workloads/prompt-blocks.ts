/** Gives out ids of blocks that nobody else has. */
export type NewBlock = () => number

/** Ids from 0 on. */
export function createBlockIds(): NewBlock {
  let next = 0
  return () => next++
}

/**
 * A prompt that grows, as the blocks it is made of. A block that is full keeps its id for ever; one that is not has another
 * id in every prompt that ends in it, since what follows is not the same.
 */
export class PromptBlocks {
  readonly #blockTokens: number
  readonly #newBlock: NewBlock
  readonly #whole: number[]
  #tokens: number

  constructor(blockTokens: number, newBlock: NewBlock, whole: readonly number[] = [], tokens = 0) {
    this.#blockTokens = blockTokens
    this.#newBlock = newBlock
    this.#whole = [...whole]
    this.#tokens = tokens
  }

  get tokens(): number {
    return this.#tokens
  }

  /** Tokens follow. */
  extend(tokens: number): void {
    this.#tokens += tokens
    const whole = Math.floor(this.#tokens / this.#blockTokens)
    while (this.#whole.length < whole) this.#whole.push(this.#newBlock())
  }

  /** Another prompt that begins as this one does. */
  fork(): PromptBlocks {
    return new PromptBlocks(this.#blockTokens, this.#newBlock, this.#whole, this.#tokens)
  }

  /** Ids of all its blocks as it stands. */
  ids(): readonly number[] {
    const isWhole = this.#tokens % this.#blockTokens === 0
    return isWhole ? [...this.#whole] : [...this.#whole, this.#newBlock()]
  }
}
