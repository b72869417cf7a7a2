/** How much more than what has come is laid out for what is to come. */
const growth = 4

/** A body as it arrives, copied together: what a read brings is only there until the next one. */
export class BodyBuffer {
  readonly #declaredBytes: number
  #bytes: Buffer = Buffer.alloc(0)
  /** Bytes so far. */
  length = 0

  /**
   * @param declaredBytes its length as the client declares it, which is believed as far as bytes come; NaN or negative
   * where it does not
   */
  constructor(declaredBytes: number) {
    this.#declaredBytes = declaredBytes > 0 ? declaredBytes : Infinity
  }

  add(piece: Buffer): void {
    const end = this.length + piece.length
    if (end > this.#bytes.length) this.#grow(end)
    this.#bytes.set(piece, this.length)
    this.length = end
  }

  /** All of it; nothing may be added any more. */
  whole(): Buffer {
    return this.length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.length)
  }

  /** Lets go of all bytes. */
  clear(): void {
    this.length = 0
    this.#bytes = Buffer.alloc(0)
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(needed * growth, this.#declaredBytes)))
    larger.set(this.#bytes.subarray(0, this.length))
    this.#bytes = larger
  }
}
