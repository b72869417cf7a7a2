import { imagePlace, imagesOf, renderChat, type SimulatedMessage } from './render-chat.ts'
import { imageToken, tokenize } from './tokenizer.ts'

/** Tokens of an image, whatever is in it: more than a block. */
const tokensEachImage = 40

/** An image of a prompt, as vLLM names it: a name, and its first token. */
export interface PromptImage {
  readonly name: string
  readonly start: number
  /** Behind its last token. */
  readonly end: number
}

/** The tokens of a chat, and where images are among them. */
export function chatTokens(
  messages: readonly SimulatedMessage[],
  tools?: readonly unknown[],
): { readonly tokens: readonly number[]; readonly images: readonly PromptImage[] } {
  const names = imagesOf(messages).map(({ uuid }) => uuid)
  const [first = '', ...others] = renderChat(messages, tools).split(imagePlace)
  const tokens = tokenize(first)
  const images: PromptImage[] = []
  for (const [place, text] of others.entries()) {
    const name = names[place]
    // Somebody may have written what stands for an image.
    if (name !== undefined) {
      images.push({ name, start: tokens.length, end: tokens.length + tokensEachImage })
      for (let piece = 0; piece < tokensEachImage; piece += 1) tokens.push(imageToken)
    }
    tokens.push(...tokenize(text))
  }
  return { tokens, images }
}
