/** Smaller bodies get as much. */
const smallestBytes = 1024
/** Larger ones get memory of their own. */
const largestBytes = 4 * 1024 * 1024
/** What a thread keeps for further bodies at the most. */
const keptBytes = 32 * 1024 * 1024

const nothing: Buffer = Buffer.alloc(0)

/** Room before a body for the head of the message that carries it: one write of one range is the cheapest there is. */
const headBytes = 2 * 1024

/** Memory that nobody uses, by size: that of a head and a power of two from `smallestBytes` on. */
const free: Buffer[][] = []
let freeBytes = 0

/** The power of two, counted from `smallestBytes`, that holds so many bytes. */
const sizeClass = (bytes: number): number =>
  Math.clz32(smallestBytes - 1) - Math.clz32(Math.max(bytes, smallestBytes) - 1)

/**
 * Memory of one body, or of a part of one. V8 counts such memory and marks its whole heap for every 64 MB of it, so that
 * bodies cost more in collections than in copies; this one is used again instead, as soon as all who hold it have let go.
 *
 * Whoever forgets to let go does no harm: the memory is left to the collector then. Whoever lets go must not touch the
 * bytes any more, since they become somebody else's.
 */
export class BodyMemory {
  #bytes: Buffer = nothing
  /** All of it, with the room before `bytes`. */
  #whole: Buffer = nothing
  #hasHead = false
  readonly #free: Buffer[] | null
  #holds = 1

  /** @param bytes how many are needed; there may be more */
  constructor(bytes: number) {
    this.#free = null
    if (bytes === 0) return
    if (bytes > largestBytes) {
      this.#whole = Buffer.allocUnsafeSlow(headBytes + bytes)
    } else {
      const place = sizeClass(bytes)
      this.#free = free[place] ??= []
      const used = this.#free.pop()
      if (used !== undefined) freeBytes -= used.length
      this.#whole = used ?? Buffer.allocUnsafeSlow(headBytes + smallestBytes * 2 ** place)
    }
    this.#bytes = this.#whole.subarray(headBytes)
  }

  /** Where the body goes; empty once everybody has let go. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /**
   * The body with a head right before it.
   * @param head one character a byte
   * @param body what stands at the beginning of `bytes`
   * @returns null where the head is too long, the body stands elsewhere, or another head may still be on its way
   */
  withHead(head: string, body: Buffer): Buffer | null {
    const isHere = body.buffer === this.#bytes.buffer && body.byteOffset === this.#bytes.byteOffset
    if (this.#hasHead || head.length > headBytes || !isHere) return null
    this.#hasHead = true
    const start = headBytes - head.length
    this.#whole.write(head, start, 'latin1')
    return this.#whole.subarray(start, headBytes + body.length)
  }

  /** One more uses it. */
  hold(): void {
    if (this.#holds === 0) throw new Error('memory of a body that was let go is held again')
    this.#holds += 1
  }

  /** One of those who hold it does not use it any more. */
  release(): void {
    if (this.#holds === 0) throw new Error('memory of a body is let go once too often')
    this.#holds -= 1
    if (this.#holds > 0) return
    const whole = this.#whole
    this.#bytes = nothing
    this.#whole = nothing
    if (this.#free === null || freeBytes + whole.length > keptBytes) return
    this.#free.push(whole)
    freeBytes += whole.length
  }
}
