/** Observations that a mean is made of, about: as many as even out answers of all lengths, and as follow a change within minutes. */
const remembered = 100
/** Parts of one that are told apart. */
const parts = 1024
const most = 0x7fff_ffff / parts

/** A moving mean in cells of memory that all threads see, which each of them teaches: none of them loses what another learned. */
class LearnedMean {
  readonly #cells: Int32Array
  readonly #at: number
  readonly #guess: number

  /** @param guess what it is taken to be before the first observation; 0 takes the first one as it is */
  constructor(cells: Int32Array, at: number, guess: number) {
    this.#cells = cells
    this.#at = at
    this.#guess = guess
  }

  /** The mean, to a thousandth; the guess as long as nothing was observed. */
  get value(): number {
    const told = Atomics.load(this.#cells, this.#at)
    return told === 0 ? this.#guess : told / parts
  }

  learn(observed: number): void {
    const bounded = Math.min(Math.max(observed, 0), most)
    // A guess counts as one.
    const before = Atomics.add(this.#cells, this.#at + 1, 1) + (this.#guess === 0 ? 0 : 1)
    const count = Math.min(before + 1, remembered)
    if (before > 2 * remembered) Atomics.store(this.#cells, this.#at + 1, remembered)
    for (;;) {
      const told = Atomics.load(this.#cells, this.#at)
      const known = told === 0 ? this.#guess || bounded : told / parts
      const next = Math.max(1, Math.round((known + (bounded - known) / count) * parts))
      if (Atomics.compareExchange(this.#cells, this.#at, told, next) === told) return
    }
  }
}

/** Cells of a mean: itself, and how many observations it has. */
const meanCells = 2
/** Cells of a model. */
export const sizeCells = 4 * meanCells
/** An answer before the first one was seen. */
const usualOutputTokens = 256
/** An image before the first one was seen: models make 64 to some thousand tokens of one. */
const usualImageTokens = 256

/** What answers of a model have taught about sizes, the same for all threads. A reload and a thread's end leave it as it is. */
export class LearnedSizes {
  /** Tokens that an answer has. */
  readonly outputTokens: LearnedMean
  /** Bytes of a request’s body for each token of its prompt; 0 before the first answer. */
  readonly bytesPerToken: LearnedMean
  /** Bytes of a rendered prompt for each of its tokens; 0 before the first answer. */
  readonly promptBytesPerToken: LearnedMean
  /** Tokens that an image has. */
  readonly imageTokens: LearnedMean

  /** @param cells of all models; a model's own where it is alone */
  constructor(cells: Int32Array = new Int32Array(sizeCells), index = 0) {
    const at = index * sizeCells
    this.outputTokens = new LearnedMean(cells, at, usualOutputTokens)
    this.bytesPerToken = new LearnedMean(cells, at + meanCells, 0)
    this.promptBytesPerToken = new LearnedMean(cells, at + 2 * meanCells, 0)
    this.imageTokens = new LearnedMean(cells, at + 3 * meanCells, usualImageTokens)
  }
}
