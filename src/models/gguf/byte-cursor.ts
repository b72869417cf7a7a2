import { GgufProblem, NeedsMoreBytes } from './gguf-problem.ts'

const decoder = new TextDecoder()

/** Reads little-endian values one after another and never beyond the bytes at hand. */
export class ByteCursor {
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get offset(): number {
    return this.#offset
  }

  /** Moves on by `count` bytes and gives the offset before. */
  skip(count: number): number {
    const start = this.#offset
    const end = start + count
    if (end > this.#view.byteLength) throw new NeedsMoreBytes(end)
    this.#offset = end
    return start
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1))
  }

  i8(): number {
    return this.#view.getInt8(this.skip(1))
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true)
  }

  i16(): number {
    return this.#view.getInt16(this.skip(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true)
  }

  i32(): number {
    return this.#view.getInt32(this.skip(4), true)
  }

  f32(): number {
    return this.#view.getFloat32(this.skip(4), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.skip(8), true)
  }

  /** An unsigned 64-bit value; refused above 2^53 - 1, which no real file reaches. */
  u64(): number {
    const value = this.#view.getBigUint64(this.skip(8), true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new GgufProblem('malformed', 'a number in its header is too large')
    return Number(value)
  }

  /** A signed 64-bit value; beyond 2^53 only its rough size is kept. */
  i64(): number {
    return Number(this.#view.getBigInt64(this.skip(8), true))
  }

  /** A string with its 64-bit length before it. Longer than `limit`, it is skipped and undefined. */
  text(limit: number): string | undefined {
    const length = this.u64()
    const start = this.skip(length)
    if (length > limit) return undefined
    return decoder.decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length))
  }
}
