/**
 * Bytes of a token of a byte-level vocabulary, where a character stands for each byte: printable ones for themselves, the
 * others for 256 and up, in order (GPT-2, `encoder.py`, `bytes_to_unicode`).
 * @returns null when a character stands for no byte
 */
export function byteLevelBytes(token: string): Uint8Array | null {
  const bytes = new Uint8Array(token.length)
  for (let index = 0; index < token.length; index += 1) {
    const byte = byteOfCharacter.get(token.charCodeAt(index))
    if (byte === undefined) return null
    bytes[index] = byte
  }
  return bytes
}

const isPrintable = (byte: number): boolean =>
  (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255)

const byteOfCharacter = new Map<number, number>()
for (let byte = 0, next = 256; byte < 256; byte += 1) {
  byteOfCharacter.set(isPrintable(byte) ? byte : next, byte)
  if (!isPrintable(byte)) next += 1
}
