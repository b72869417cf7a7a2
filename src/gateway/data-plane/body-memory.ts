/** Smaller bodies get as much. */
const smallestBytes = 1024
/** Larger ones get memory of their own. */
const largestBytes = 4 * 1024 * 1024
/** What a thread keeps for further bodies at the most. */
const keptBytes = 32 * 1024 * 1024

const nothing = Buffer.alloc(0)

/** Memory that nobody uses, by size: a power of two from `smallestBytes` on. */
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
  #bytes: Buffer
  readonly #free: Buffer[] | null
  #holds = 1

  /** @param bytes how many are needed; there may be more */
  constructor(bytes: number) {
    if (bytes === 0 || bytes > largestBytes) {
      this.#free = null
      this.#bytes = bytes === 0 ? nothing : Buffer.allocUnsafeSlow(bytes)
      return
    }
    const place = sizeClass(bytes)
    this.#free = free[place] ??= []
    const used = this.#free.pop()
    if (used !== undefined) freeBytes -= used.length
    this.#bytes = used ?? Buffer.allocUnsafeSlow(smallestBytes * 2 ** place)
  }

  /** All of it; empty once everybody has let go. */
  get bytes(): Buffer {
    return this.#bytes
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
    const bytes = this.#bytes
    this.#bytes = nothing
    if (this.#free === null || freeBytes + bytes.length > keptBytes) return
    this.#free.push(bytes)
    freeBytes += bytes.length
  }
}
