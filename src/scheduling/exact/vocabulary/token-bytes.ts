/** The bytes of each token, one after the other. */
export interface TokenBytes {
  /** Where each token's bytes begin; the token behind it begins where they end. A token without bytes is unknown. */
  readonly offsets: Uint32Array
  readonly bytes: Uint8Array
}

/**
 * Writes the bytes of some tokens.
 * @returns how many; -1 when one of the tokens is unknown or they are more than `into` takes
 */
export function writeTokenBytes(
  table: TokenBytes,
  tokens: readonly number[],
  from: number,
  to: number,
  into: Uint8Array,
): number {
  const { offsets, bytes } = table
  const room = into.length
  let length = 0
  for (let place = from; place < to; place += 1) {
    const token = tokens[place] ?? -1
    const start = offsets[token] ?? 0
    const end = offsets[token + 1] ?? 0
    if (end <= start || length + end - start > room) return -1
    for (let at = start; at < end; at += 1) {
      into[length] = bytes[at] ?? 0
      length += 1
    }
  }
  return length
}

/** Lays out tokens' bytes; tokens that are not named are unknown. */
export function layTokenBytes(named: ReadonlyMap<number, Uint8Array>): TokenBytes {
  let most = -1
  let length = 0
  for (const [token, bytes] of named) {
    most = Math.max(most, token)
    length += bytes.length
  }
  const offsets = new Uint32Array(most + 2)
  const all = new Uint8Array(length)
  let at = 0
  for (let token = 0; token <= most; token += 1) {
    offsets[token] = at
    const bytes = named.get(token)
    if (bytes === undefined) continue
    all.set(bytes, at)
    at += bytes.length
  }
  offsets[most + 1] = at
  return { offsets, bytes: all }
}
