/** A request's body, its images apart: parsing it takes no longer for them, and none is copied before it is needed. */
export interface BodyImages {
  /** The images in Base64, by their numbers. */
  readonly images: readonly Buffer[]
  readonly imageBytes: number
  /** The body, with a number in place of each image's bytes. */
  text(): string
}

/** More in a request are not looked at, so that no request holds a thread for long. */
export const mostImages = 256

const quote = 0x22
const beginning = Buffer.from('"data:image/')
/** What stands before an image's URL; a text may look like an image. */
const key = /"(?:image_)?url"\s*:\s*$/
const longestKey = 32
/** More than any media type. */
const longestType = 128
const numbered = /^data:image\/[^,]{0,128};base64,#(\d+)$/

/**
 * Takes the images out of a body in JSON, those that are data URLs. Reads some 10 GB/s.
 * @returns null when more than `mostTextBytes` are left
 */
export function takeImagesOut(body: Buffer, mostTextBytes: number): BodyImages | null {
  const ranges: { readonly start: number; readonly end: number }[] = []
  let imageBytes = 0
  let left = mostImages
  for (let at = body.indexOf(beginning); at !== -1 && left > 0; at = body.indexOf(beginning, at + 1)) {
    left -= 1
    const end = body.indexOf(quote, at + 1)
    const comma = body.subarray(at, at + longestType).indexOf(',')
    if (end === -1) break
    const start = at + comma + 1
    if (comma === -1 || start > end || !key.test(body.toString('latin1', Math.max(0, at - longestKey), at))) continue
    ranges.push({ start, end })
    imageBytes += end - start
  }
  if (body.length - imageBytes > mostTextBytes) return null
  const images = ranges.map(({ start, end }) => body.subarray(start, end))
  return { images, imageBytes, text: () => textAround(body, ranges) }
}

function textAround(body: Buffer, ranges: readonly { readonly start: number; readonly end: number }[]): string {
  let text = ''
  let from = 0
  for (const [number, { start, end }] of ranges.entries()) {
    text += `${body.toString('utf8', from, start)}#${number}`
    from = end
  }
  return text + body.toString('utf8', from)
}

/** The bytes of an image; null for one that the engine would fetch, or that is not there. */
export function imageBytesOf(url: string, images: readonly Buffer[]): Buffer | null {
  const found = numbered.exec(url)
  if (found !== null) {
    const taken = images[Number(found[1])]
    return taken === undefined ? null : Buffer.from(taken.toString('latin1'), 'base64')
  }
  const comma = url.indexOf(',')
  const isImage = url.startsWith('data:image/') && url.slice(0, Math.max(0, comma)).endsWith(';base64')
  return isImage ? Buffer.from(url.slice(comma + 1), 'base64') : null
}
