import { Refusal } from './refusal.ts'

/** Longest event that is held in memory. */
const eventLimitBytes = 4 * 1024 * 1024

const LF = 0x0a
const CR = 0x0d

/**
 * Reads the `data` of server-sent events from pieces that may be cut anywhere, within characters and line ends too;
 * comments and other fields are passed over (HTML Standard, section 9.2.6 "Interpreting an event stream").
 */
export class EventReader {
  #line: Buffer[] = []
  #lineBytes = 0
  #data: string[] = []
  #dataBytes = 0
  #isAfterReturn = false

  /**
   * Hands over the data of every event that ends in `piece`, in order.
   * @throws Refusal for an event that is too long.
   */
  take(piece: Buffer, onData: (data: string) => void): void {
    let start = 0
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at]
      if (byte === LF && this.#isAfterReturn) {
        // The second half of a CRLF.
        this.#isAfterReturn = false
        start = at + 1
        continue
      }
      this.#isAfterReturn = byte === CR
      if (byte !== LF && byte !== CR) continue
      this.#endLine(piece.subarray(start, at), onData)
      start = at + 1
    }
    if (start < piece.length) this.#hold(piece.subarray(start))
  }

  /** The end of the stream: an event without its empty line still counts, as engines leave it out at times. */
  end(onData: (data: string) => void): void {
    if (this.#lineBytes > 0) this.#endLine(Buffer.alloc(0), onData)
    this.#dispatch(onData)
  }

  #hold(piece: Buffer): void {
    this.#line.push(Buffer.from(piece))
    this.#lineBytes += piece.length
    this.#refuseTooLong()
  }

  #refuseTooLong(): void {
    if (this.#lineBytes + this.#dataBytes <= eventLimitBytes) return
    throw new Refusal('upstream_error', 'The engine sent an event that is too long.')
  }

  #endLine(last: Buffer, onData: (data: string) => void): void {
    const line = this.#lineBytes === 0 ? last : Buffer.concat([...this.#line, last])
    this.#line = []
    this.#lineBytes = 0
    if (line.length === 0) {
      this.#dispatch(onData)
      return
    }
    const text = line.toString('utf8')
    if (!text.startsWith('data:')) return
    this.#data.push(text.slice(text[5] === ' ' ? 6 : 5))
    this.#dataBytes += line.length
    this.#refuseTooLong()
  }

  #dispatch(onData: (data: string) => void): void {
    if (this.#data.length === 0) return
    const data = this.#data.length === 1 ? (this.#data[0] ?? '') : this.#data.join('\n')
    this.#data = []
    this.#dataBytes = 0
    onData(data)
  }
}
