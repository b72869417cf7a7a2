import type { RenderedChat } from '../rendering/index.ts'
import type { PromptBytes } from '../vocabulary/index.ts'
import { mostImages } from './body-images.ts'
import { layImages, type ImageFormat } from './image-format.ts'
import { imageNameOf } from './image-name.ts'

/**
 * The bytes of a rendered chat as the index has them, with a mark for each image.
 * @param taken images that were taken out of the request
 * @param format what the engine makes of images; null where that is not known
 * @returns null where the chat has something that is no text and has no name
 */
export function chatBytes(
  { text, isCut, images }: Extract<RenderedChat, { kind: 'prompt' }>,
  taken: readonly Buffer[],
  promptBytes: PromptBytes,
  format: ImageFormat | null,
): Uint8Array | null {
  if (isCut) return null
  if (images.length === 0) return promptBytes(text, false)
  if (format === null || images.length > mostImages) return null
  const names: string[] = []
  for (const image of images) {
    const name = imageNameOf(image, format.model, taken)
    if (name === null) return null
    names.push(name)
  }
  return layImages(text, names, format, (laid) => promptBytes(laid, false))
}
