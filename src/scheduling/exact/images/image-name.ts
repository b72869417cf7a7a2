import { createHash } from 'node:crypto'
import { imageBytesOf } from './body-images.ts'
import { isConvertedToRgb } from './image-mode.ts'

/**
 * What an engine calls an image of a chat: the client's own `uuid`, or a hash of the image's bytes; null where that
 * cannot be told, as for one that the engine fetches.
 * Source: vLLM 0.32.0, `vllm/multimodal/hasher.py` and `vllm/multimodal/processing/inputs.py` (`get_mm_hashes`), with
 * `--mm-hasher-algorithm sha256`.
 * @param part a part of a message, `image_url`
 * @param model the model's name in the engine
 * @param images those that were taken out of the request
 */
export function imageNameOf(
  part: Readonly<Record<string, unknown>>,
  model: string,
  images: readonly Buffer[],
): string | null {
  const own = part['uuid'] ?? null
  if (own !== null) return typeof own === 'string' && own !== '' ? own : null
  const given = part['image_url']
  const url = typeof given === 'object' && given !== null ? (given as { readonly url?: unknown }).url : given
  const image = typeof url === 'string' ? imageBytesOf(url, images) : null
  return image === null ? null : hashOf(image, model)
}

function hashOf(image: Buffer, model: string): string | null {
  const isConverted = isConvertedToRgb(image)
  if (isConverted === null) return null
  return createHash('sha256')
    .update(isConverted ? beforeConverted : beforePlain)
    .update(lengthOf(image.length))
    .update(image)
    .update(modelKey)
    .update(framed(model))
    .digest('hex')
}

/** A value's length in front of it, 64 bits, the lowest byte first; what kind of value it is comes before. */
function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(length)
  return bytes
}
const framed = (text: string | Buffer): Buffer => Buffer.concat([lengthOf(Buffer.byteLength(text)), Buffer.from(text)])
const sequence = Buffer.from([1])
const mapping = Buffer.from([2])
const leaf = Buffer.from([3])

const white = Buffer.concat([leaf, framed(Buffer.from([255, 0, 0, 0, 0, 0, 0, 0]))])
const modelKey = Buffer.concat([framed('model_id'), leaf])
const imageKey = Buffer.concat([framed('image'), leaf, framed('image')])
const beforePlain = Buffer.concat([imageKey, leaf])
const beforeConverted = Buffer.concat([
  imageKey,
  mapping,
  lengthOf(2),
  framed('io_config'),
  mapping,
  lengthOf(2),
  framed('image_mode'),
  leaf,
  framed('RGB'),
  framed('rgba_background_color'),
  sequence,
  lengthOf(3),
  white,
  white,
  white,
  framed('data'),
  leaf,
])
