const marker = Buffer.from('"cached_tokens":')
const digitsAtMost = 24

/**
 * Writes what the prefill replica held into the usage of a decode replica's answer, which counts the whole prompt as
 * cached since it was handed all of it (llm-d-router, connector_nixlv2.go, does the same). Inside a JSON string the
 * quotes of the marker would be escaped, so it is always a key. No byte waits but those that may be part of it.
 */
export class CachedTokens {
  readonly #tokens: string
  #held: Buffer = Buffer.alloc(0)

  constructor(tokens: number) {
    this.#tokens = String(tokens)
  }

  /** The next piece as the client gets it; null where all of it has to wait. */
  take(piece: Buffer): Buffer | null {
    const bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece])
    const parts: Buffer[] = []
    let from = 0
    let to = bytes.length
    for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, from)) {
      const digits = /^\s*(\d+)(?=\D)/.exec(
        bytes.toString('latin1', at + marker.length, at + marker.length + digitsAtMost),
      )
      const isCut = digits === null && bytes.length < at + marker.length + digitsAtMost
      if (isCut && /^\s*\d*$/.test(bytes.toString('latin1', at + marker.length))) {
        to = at
        break
      }
      const end = at + marker.length
      parts.push(bytes.subarray(from, end))
      if (digits !== null) parts.push(Buffer.from(this.#tokens))
      from = end + (digits?.[0].length ?? 0)
    }
    if (to === bytes.length) to -= cutMarkerBytes(bytes, from)
    parts.push(bytes.subarray(from, to))
    this.#held = Buffer.from(bytes.subarray(to))
    const whole = parts.length === 1 ? parts[0] : Buffer.concat(parts)
    return whole === undefined || whole.length === 0 ? null : whole
  }

  /** What still waits when the answer is over. */
  rest(): Buffer | null {
    return this.#held.length === 0 ? null : this.#held
  }
}

/** How many bytes at the end may be the beginning of a marker. */
function cutMarkerBytes(bytes: Buffer, from: number): number {
  for (let length = Math.min(marker.length - 1, bytes.length - from); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(marker.subarray(0, length))) return length
  }
  return 0
}
