import { promptTooLong } from '../serving/index.ts'
import type { LlamaEmbeddingContext, LlamaModel } from './node-llama-cpp.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Texts are embedded in one batch each, whose buffers grow with it. */
const longestInput = 2048

/** Vectors of texts, from a context of its own that is made when the first one is asked for. */
export class Embedder {
  readonly #model: LlamaModel
  readonly #vocabulary: Vocabulary
  readonly #threads: number
  readonly #limit: number
  #context: Promise<LlamaEmbeddingContext> | undefined

  constructor(model: LlamaModel, vocabulary: Vocabulary, contextLength: number, threads: number) {
    this.#model = model
    this.#vocabulary = vocabulary
    this.#threads = threads
    this.#limit = Math.min(contextLength, longestInput)
  }

  /** Vectors of length 1, one an input, and the tokens that were read. An abort ends it after the input under way. */
  async embed(
    inputs: readonly (string | readonly number[])[],
    signal: AbortSignal,
  ): Promise<{ vectors: readonly (readonly number[])[]; promptTokens: number }> {
    // Checked before the work begins: one bad input refuses the request.
    const prompts = inputs.map((input) => this.#tokensOf(input))
    const vectors: (readonly number[])[] = []
    let promptTokens = 0
    this.#context ??= this.#createContext()
    const context = await this.#context
    for (const prompt of prompts) {
      signal.throwIfAborted()
      promptTokens += context.calculateInputLength([...prompt])
      const { vector } = await context.getEmbeddingFor([...prompt])
      vectors.push(normalised(vector))
    }
    return { vectors, promptTokens }
  }

  #tokensOf(input: string | readonly number[]): readonly number[] {
    const tokens =
      typeof input === 'string' ? this.#vocabulary.encode(input, this.#limit) : this.#vocabulary.checked(input)
    // Room for the two tokens that some models want around a text.
    if (tokens.length > this.#limit - 2) throw promptTooLong(this.#limit - 2, tokens.length)
    return tokens
  }

  async #createContext(): Promise<LlamaEmbeddingContext> {
    try {
      const options = { contextSize: this.#limit, batchSize: this.#limit, threads: this.#threads }
      return await this.#model.createEmbeddingContext(options)
    } catch (error) {
      this.#context = undefined
      throw error
    }
  }
}

/** A vector of length 1, as OpenAI's API gives them. */
function normalised(vector: readonly number[]): readonly number[] {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}
