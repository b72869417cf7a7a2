/** Tells tokens that a tokenizer makes of a text from others that make up the same bytes. */
export interface TokenJudge {
  /**
   * Where tokens are first others than the tokenizer would have made; -1 for nowhere, and where it cannot be told.
   * @param isWhole whether nothing comes before and nothing behind them
   */
  firstOther(tokens: readonly number[], isWhole: boolean): number
}

/** The bytes of each token. A token without bytes is unknown. */
export interface TokenBytes {
  readonly lengths: Uint16Array
  /** The first 8 bytes of each token in two words. */
  readonly words: Int32Array
  /** Where the bytes of tokens longer than that begin. */
  readonly longOffsets: Uint32Array
  readonly longBytes: Uint8Array
  /** The bytes of tokens that are too many for a table; absent in most vocabularies. */
  readonly beyond?: (token: number) => Uint8Array | undefined
  /** The token that stands for each piece of an image; absent where images are not told apart. */
  readonly imageToken?: number
  /** Tells answers that no prompt begins with; absent where it is not known how the tokenizer cuts text. */
  readonly judge?: TokenJudge
}

/** Bytes behind the end that `writeTokenBytes` may use. */
export const writeSlack = 8

/**
 * Writes the bytes of some tokens, most of them in two words at once.
 * @param into has `writeSlack` bytes more than may be written
 * @returns how many; -1 when one of the tokens is unknown or they are more than `into` takes
 */
export function writeTokenBytes(
  table: TokenBytes,
  tokens: readonly number[],
  from: number,
  to: number,
  into: DataView,
): number {
  const { lengths, words } = table
  const room = into.byteLength - writeSlack
  let length = 0
  for (let place = from; place < to; place += 1) {
    const token = tokens[place] ?? -1
    const its = lengths[token] ?? 0
    if (its === 0) {
      const bytes = table.beyond?.(token)
      if (bytes === undefined || length + bytes.length > room) return -1
      for (const byte of bytes) into.setUint8(length++, byte)
      continue
    }
    if (length + its > room) return -1
    into.setInt32(length, words[2 * token] ?? 0, true)
    into.setInt32(length + 4, words[2 * token + 1] ?? 0, true)
    if (its > 8) writeLong(table, token, its, into, length)
    length += its
  }
  return length
}

function writeLong({ longOffsets, longBytes }: TokenBytes, token: number, length: number, into: DataView, at: number) {
  const offset = longOffsets[token] ?? 0
  for (let index = 8; index < length; index += 1) into.setUint8(at + index, longBytes[offset + index] ?? 0)
}

/** Lays out tokens' bytes; tokens that are not named are unknown, as are those of 64 KiB and more. */
export function layTokenBytes(named: ReadonlyMap<number, Uint8Array>, beyond?: TokenBytes['beyond']): TokenBytes {
  let most = -1
  let longLength = 0
  for (const [token, bytes] of named) {
    most = Math.max(most, token)
    if (bytes.length > 8) longLength += bytes.length
  }
  const table = {
    lengths: new Uint16Array(most + 1),
    words: new Int32Array(2 * (most + 1)),
    longOffsets: new Uint32Array(most + 1),
    longBytes: new Uint8Array(longLength),
    ...(beyond !== undefined && { beyond }),
  }
  const view = new DataView(table.words.buffer)
  let at = 0
  for (const [token, bytes] of named) {
    if (bytes.length > 0xffff) continue
    table.lengths[token] = bytes.length
    // Read back as words of this machine, which is little-endian wherever Node 24 runs but on s390x.
    for (let index = 0; index < Math.min(8, bytes.length); index += 1)
      view.setUint8(8 * token + index, bytes[index] ?? 0)
    if (bytes.length <= 8) continue
    table.longOffsets[token] = at
    table.longBytes.set(bytes, at)
    at += bytes.length
  }
  if (!isLittleEndian) for (let word = 0; word < table.words.length; word += 1) swap(view, word)
  return table
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

function swap(view: DataView, word: number): void {
  view.setInt32(4 * word, view.getInt32(4 * word, true), false)
}

/** The bytes of tokens; null when one of them is unknown or they are more than `mostBytes`. */
export function bytesOfTokens(table: TokenBytes, tokens: readonly number[], mostBytes: number): Buffer | null {
  const room = Buffer.alloc(mostBytes + writeSlack)
  const view = new DataView(room.buffer, room.byteOffset, room.length)
  const length = writeTokenBytes(table, tokens, 0, tokens.length, view)
  return length < 0 ? null : room.subarray(0, length)
}
