import { invalidValue, promptTooLong, type ChatMessage } from '../serving/index.ts'
import type { RenderChat } from './chat-template.ts'
import type { LlamaModel } from './node-llama-cpp.ts'

/** Text to tokens and back, with everything that comes from outside checked before it reaches native code. */
export class Vocabulary {
  readonly #model: LlamaModel
  readonly #renderChat: RenderChat
  readonly #size: number
  /** Characters of the longest token. */
  readonly #longestToken: number
  readonly #endTokens: ReadonlySet<number>

  constructor(model: LlamaModel, renderChat: RenderChat) {
    this.#model = model
    this.#renderChat = renderChat
    let size = 0
    let longestToken = 1
    const endTokens = new Set<number>()
    for (const token of model.iterateAllTokens()) {
      size = Math.max(size, token + 1)
      longestToken = Math.max(longestToken, model.detokenize([token], true).length)
      if (model.isEogToken(token)) endTokens.add(token)
    }
    this.#size = size
    this.#longestToken = longestToken
    this.#endTokens = endTokens
  }

  /** Whether the model ends its answer with this token. */
  endsAnswer(token: number): boolean {
    return this.#endTokens.has(token)
  }

  /**
   * A prompt's tokens. Text that spells a special token becomes that token, as in vLLM and `llama-server`; the token for the
   * beginning of text comes first where the model wants it. Text that cannot fit `limitTokens` is refused before the work.
   */
  encode(text: string, limitTokens = Infinity): number[] {
    const fewest = Math.ceil(text.length / this.#longestToken)
    if (fewest > limitTokens) throw promptTooLong(limitTokens, fewest)
    const tokens = this.#model.tokenize(text, true)
    const { bos, shouldPrependBosToken } = this.#model.tokens
    return bos !== null && shouldPrependBosToken && tokens[0] !== bos ? [bos, ...tokens] : tokens
  }

  encodeChat(messages: readonly ChatMessage[], tools: readonly unknown[] | undefined, limitTokens?: number): number[] {
    return this.encode(this.#renderChat(messages, tools), limitTokens)
  }

  /** Tokens from outside, each checked to be one of the vocabulary's. */
  checked(tokens: readonly number[]): number[] {
    const foreign = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= this.#size)
    if (foreign !== undefined) throw invalidValue(`Token id ${foreign} is out of vocabulary (0 to ${this.#size - 1}).`)
    return [...tokens]
  }

  /** The text of tokens, special ones included. */
  decode(tokens: readonly number[]): string {
    return this.#model.detokenize(this.checked(tokens), true)
  }

  /** The text of an answer's tokens: without special ones, and with the space that `lastTokens` call for. */
  readonly decodeAnswer = (tokens: readonly number[], lastTokens: readonly number[]): string =>
    this.#model.detokenize(tokens, false, lastTokens)
}
