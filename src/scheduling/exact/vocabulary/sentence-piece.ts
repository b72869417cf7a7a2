const byteToken = /^<0x([0-9A-F]{2})>$/

/** Stands for a space in SentencePiece's tokens. */
export const spaceMark = '\u2581'

/** Bytes of a token of a SentencePiece vocabulary with byte fallback: `<0xE2>` is one byte, `▁the` begins with a space. */
export function sentencePieceBytes(token: string): Uint8Array {
  const byte = byteToken.exec(token)?.[1]
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16))
  return Buffer.from(token.replaceAll(spaceMark, ' '))
}
