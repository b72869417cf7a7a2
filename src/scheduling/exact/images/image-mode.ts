/**
 * Whether an engine converts an image to RGB, as its header says; null for a kind that is not known here.
 * Source: Pillow 12, `PngImagePlugin.py`, `JpegImagePlugin.py`, `GifImagePlugin.py`, `WebPImagePlugin.py` (the modes in which
 * images are opened); PNG (W3C, third edition), 11.2.1; ITU-T T.81, B.2.2; RFC 9649, 2.5 to 2.7.
 */
export function isConvertedToRgb(image: Buffer): boolean | null {
  if (image.length < 32) return null
  if (image.subarray(0, 8).equals(pngSignature)) return image[25] !== 2
  if (image.readUInt16BE(0) === 0xffd8) return jpegIsConverted(image)
  if (image.toString('latin1', 0, 4) === 'GIF8') return true
  if (image.toString('latin1', 0, 4) === 'RIFF' && image.toString('latin1', 8, 12) === 'WEBP')
    return webpIsConverted(image)
  return null
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Three components are RGB to it, one is grey, four are CMYK. */
function jpegIsConverted(image: Buffer): boolean | null {
  for (let at = 2; at + 9 < image.length;) {
    if (image[at] !== 0xff) return null
    const marker = image[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return image[at + 9] !== 3
    at += 2 + image.readUInt16BE(at + 2)
  }
  return null
}

/** It has an alpha channel, or has none and is RGB. */
function webpIsConverted(image: Buffer): boolean | null {
  const kind = image.toString('latin1', 12, 16)
  if (kind === 'VP8 ') return false
  if (kind === 'VP8L') return ((image[24] ?? 0) & 0x10) !== 0
  return kind === 'VP8X' ? ((image[20] ?? 0) & 0x10) !== 0 : null
}
