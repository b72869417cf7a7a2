/**
 * Where the last whole event of a piece of an event stream ends. Events end with an empty line; lines end with LF,
 * CRLF or CR (HTML Standard, section 9.2.6 "Interpreting an event stream").
 */
const LF = 0x0a

/** The index after the last empty line within `piece`, or 0; mixed line ends are not looked for. */
export function endOfLastEvent(piece: Buffer): number {
  const { length } = piece
  if (length >= 2 && piece[length - 1] === LF && piece[length - 2] === LF) return length
  const lineFeeds = piece.lastIndexOf('\n\n')
  const pairs = piece.lastIndexOf('\r\n\r\n')
  const returns = piece.lastIndexOf('\r\r')
  return Math.max(lineFeeds < 0 ? 0 : lineFeeds + 2, pairs < 0 ? 0 : pairs + 4, returns < 0 ? 0 : returns + 2)
}

/** How many events end in `piece`, about: enough to tell a rate by. */
export function countEvents(piece: Buffer): number {
  let count = 0
  for (let at = piece.indexOf('\n\n'); at >= 0; at = piece.indexOf('\n\n', at + 2)) count += 1
  return count
}

/** An empty line cut in two has at most this many bytes on each side. */
const seamBytes = 3
const none: Buffer[] = []

/** Longer than any event of a chat; what grows beyond it is passed on in parts. */
const heldLimitBytes = 256 * 1024

/**
 * Lets whole events through and holds back the beginning of the next one, so that the client always stands between
 * two events: an error event can follow there. Engines write whole events, so nothing is held for long.
 */
export class EventGate {
  #held: Buffer[] = none
  #heldBytes = 0
  /** Whether what has passed ends between two events: not after one that was too long to be held. */
  isBetweenEvents = true

  /** What may go to the client now: `piece` itself in most cases, or nothing. What waits is copied. */
  pass(piece: Buffer): Buffer | null {
    if (this.#heldBytes === 0) {
      const end = endOfLastEvent(piece)
      if (end === 0) return this.#hold(piece)
      this.isBetweenEvents = true
      if (end === piece.length) return piece
      this.#hold(piece.subarray(end))
      return piece.subarray(0, end)
    }
    const before = this.#lastHeldBytes()
    const seamEnd = endOfLastEvent(Buffer.concat([before, piece.subarray(0, seamBytes)])) - before.length
    const end = Math.max(endOfLastEvent(piece), seamEnd)
    if (end <= 0) return this.#hold(piece)
    const whole = Buffer.concat([...this.#held, piece.subarray(0, end)])
    this.#held = none
    this.#heldBytes = 0
    this.isBetweenEvents = true
    if (end < piece.length) this.#hold(piece.subarray(end))
    return whole
  }

  /** Whatever is held, for the end of the stream: a last event without its empty line. */
  rest(): Buffer | null {
    if (this.#heldBytes === 0) return null
    const rest = Buffer.concat(this.#held)
    this.#held = none
    this.#heldBytes = 0
    return rest
  }

  #lastHeldBytes(): Buffer {
    let bytes = Buffer.alloc(0)
    for (let index = this.#held.length - 1; index >= 0 && bytes.length < seamBytes; index -= 1) {
      bytes = Buffer.concat([this.#held[index] ?? bytes, bytes])
    }
    return bytes.subarray(-seamBytes)
  }

  #hold(piece: Buffer): Buffer | null {
    if (this.#heldBytes === 0) this.#held = [Buffer.from(piece)]
    else this.#held.push(Buffer.from(piece))
    this.#heldBytes += piece.length
    if (this.#heldBytes <= heldLimitBytes) return null
    this.isBetweenEvents = false
    return this.rest()
  }
}
