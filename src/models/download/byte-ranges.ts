/** A run of bytes: from `start` up to and without `end`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Which bytes of a file are there: sorted ranges that neither overlap nor touch. */
export class ByteRanges {
  #ranges: ByteRange[] = []
  #total = 0

  constructor(ranges: Iterable<ByteRange> = []) {
    for (const range of ranges) this.add(range)
  }

  /** Bytes that are there. */
  get total(): number {
    return this.#total
  }

  /** Bytes that are there from the file's start on without a gap. */
  get prefix(): number {
    const first = this.#ranges[0]
    return first?.start === 0 ? first.end : 0
  }

  get ranges(): readonly ByteRange[] {
    return this.#ranges
  }

  add(added: ByteRange): void {
    if (added.end <= added.start) return
    const before = this.#ranges.filter((range) => range.end < added.start)
    const after = this.#ranges.filter((range) => range.start > added.end)
    const touching = this.#ranges.slice(before.length, this.#ranges.length - after.length)
    const merged = {
      start: Math.min(added.start, touching[0]?.start ?? added.start),
      end: Math.max(added.end, touching.at(-1)?.end ?? added.end),
    }
    this.#ranges = [...before, merged, ...after]
    this.#total = this.#ranges.reduce((sum, range) => sum + range.end - range.start, 0)
  }

  clear(): void {
    this.#ranges = []
    this.#total = 0
  }

  /** What is missing of a file of `bytes`, in order, in pieces of at most `pieceBytes`. */
  missing(bytes: number, pieceBytes: number): ByteRange[] {
    const pieces: ByteRange[] = []
    let position = 0
    for (const next of [...this.#ranges, { start: bytes, end: bytes }]) {
      const gapEnd = Math.min(next.start, bytes)
      while (position < gapEnd) {
        const end = Math.min(position + pieceBytes, gapEnd)
        pieces.push({ start: position, end })
        position = end
      }
      position = Math.max(position, next.end)
    }
    return pieces
  }
}
