import { HttpSyntaxError } from './fields.ts'

/** A chunk's size with its extensions, which nobody sends. */
export const maxChunkLineBytes = 4 * 1024
/** 2^52 in hexadecimal has this many digits: sizes stay exact. */
const maxChunkDigits = 13

const CR = 0x0d
/**
 * What may follow a chunk's size: `;name`, `;name=value` and `;name="value"`, as often as one likes (RFC 9112 section 7.1.1).
 * Blanks between them, which only recipients were ever to bear, are not taken, as in Node's parser.
 */
const chunkExtensions =
  /^(?:;[\w!#$%&'*+.^`|~-]+(?:=(?:[\w!#$%&'*+.^`|~-]+|"(?:[\t !\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"))?)+$/

/** Reads the line `1A;name=value` and CRLF whose LF is at `lineFeed`. */
export function readChunkSize(bytes: Buffer, start: number, lineFeed: number): number {
  const end = lineFeed - 1
  if (end <= start || bytes[end] !== CR) throw new HttpSyntaxError('a chunk size that is not well formed')
  let size = 0
  let at = start
  for (; at < end; at += 1) {
    const digit = hexDigit(bytes[at] ?? 0)
    if (digit < 0) break
    if (at - start === maxChunkDigits) throw new HttpSyntaxError('a chunk that is too large')
    size = size * 16 + digit
  }
  if (at === start || (at < end && !chunkExtensions.test(bytes.toString('latin1', at, end)))) {
    throw new HttpSyntaxError('a chunk size that is not well formed')
  }
  return size
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
