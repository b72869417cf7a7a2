import { BodyMemory } from './body-memory.ts'

/** How much more than what has come is laid out for what is to come. */
const growth = 4

/** A body as it arrives, copied together: what a read brings is only there until the next one. */
export class BodyBuffer {
  readonly #declaredBytes: number
  /** Where it is; to be held on to, or let go, by whoever takes the whole. */
  memory = new BodyMemory(0)
  /** Bytes so far. */
  length = 0

  /** @param declaredBytes its length as the client declares it, believed as far as bytes come; 0 where it does not */
  constructor(declaredBytes: number) {
    this.#declaredBytes = declaredBytes > 0 ? declaredBytes : Infinity
  }

  add(piece: Buffer): void {
    const end = this.length + piece.length
    if (end > this.memory.bytes.length) this.#grow(end)
    this.memory.bytes.set(piece, this.length)
    this.length = end
  }

  /** All of it. */
  whole(): Buffer {
    return this.memory.bytes.subarray(0, this.length)
  }

  /** Lets go of all bytes. */
  clear(): void {
    this.length = 0
    this.memory.release()
    this.memory = new BodyMemory(0)
  }

  #grow(needed: number): void {
    const larger = new BodyMemory(Math.max(needed, Math.min(needed * growth, this.#declaredBytes)))
    larger.bytes.set(this.whole())
    this.memory.release()
    this.memory = larger
  }
}
