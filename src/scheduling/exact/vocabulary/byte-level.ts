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
const characterOfByte: string[] = []
for (let byte = 0, next = 256; byte < 256; byte += 1) {
  const character = isPrintable(byte) ? byte : next
  byteOfCharacter.set(character, byte)
  characterOfByte.push(String.fromCharCode(character))
  if (!isPrintable(byte)) next += 1
}

/** A text in the characters of a byte-level vocabulary, one for each of its bytes. */
export function byteLevelText(text: string): string {
  let characters = ''
  for (const byte of Buffer.from(text)) characters += characterOfByte[byte] ?? ''
  return characters
}
