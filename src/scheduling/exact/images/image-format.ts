import { imageMark } from './image-mark.ts'

/** What an engine makes of an image in a prompt, as it showed on examples. Plain data, for any thread. */
export interface ImageFormat {
  /** What the rendered chat has in the image's place. */
  readonly placeholder: string
  /** What the engine writes before the image's first piece, and behind the last one. */
  readonly before: string
  readonly after: string
  /** The token of a piece, and its text. */
  readonly token: number
  readonly piece: string
  /** The model's name in the engine, which is part of the names of images. */
  readonly model: string
}

/**
 * Puts marks in the places of images.
 * @param text a rendered chat, with a placeholder for each image
 * @param toBytes what the tokenizer does to text
 * @returns null when it has not one place for each image: a client wrote one, or the template left one out
 */
export function layImages(
  text: string,
  names: readonly string[],
  { placeholder, before, after, piece }: Pick<ImageFormat, 'placeholder' | 'before' | 'after' | 'piece'>,
  toBytes: (text: string) => Uint8Array,
): Uint8Array | null {
  const between = text.split(placeholder)
  if (between.length !== names.length + 1) return null
  const bytes = Buffer.from(toBytes(between.join(before + piece + after)))
  const parts: Uint8Array[] = []
  let from = 0
  for (const name of names) {
    const at = bytes.indexOf(piece, from)
    if (at === -1) return null
    parts.push(bytes.subarray(from, at), imageMark(name))
    from = at + Buffer.byteLength(piece)
  }
  if (bytes.indexOf(piece, from) !== -1) return null
  return Buffer.concat([...parts, bytes.subarray(from)])
}
