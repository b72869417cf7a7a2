/** What a chunk reader waits for. */
type Waiting = 'size' | 'data' | 'end of chunk' | 'end of body'

const lineFeed = 10

/** Takes the framing of `Transfer-Encoding: chunked` away (RFC 9112 section 7.1); of engines that are trusted. */
export class ChunkReader {
  /** Whether the last chunk has been read. */
  isOver = false
  #waiting: Waiting = 'size'
  #line = ''
  #bytesLeft = 0

  /** The payload in one piece of the body, null when it holds none. */
  read(piece: Buffer): Buffer | null {
    const payload: Buffer[] = []
    let at = 0
    while (at < piece.length && !this.isOver) {
      if (this.#waiting === 'data') {
        const end = Math.min(piece.length, at + this.#bytesLeft)
        payload.push(piece.subarray(at, end))
        this.#bytesLeft -= end - at
        at = end
        if (this.#bytesLeft === 0) this.#waiting = 'end of chunk'
        continue
      }
      const lineEnd = piece.indexOf(lineFeed, at)
      const end = lineEnd < 0 ? piece.length : lineEnd
      // The line after a chunk is empty.
      if (this.#waiting !== 'end of chunk') this.#line += piece.toString('latin1', at, end)
      at = end + 1
      if (lineEnd >= 0) this.#onLine()
    }
    if (payload.length === 0) return null
    const [only] = payload
    return payload.length === 1 && only !== undefined ? only : Buffer.concat(payload)
  }

  #onLine(): void {
    const line = this.#line.trimEnd()
    this.#line = ''
    if (this.#waiting === 'end of chunk') this.#waiting = 'size'
    else if (this.#waiting === 'end of body') this.isOver = line === ''
    else {
      this.#bytesLeft = Number.parseInt(line, 16)
      this.#waiting = this.#bytesLeft === 0 ? 'end of body' : 'data'
    }
  }
}
