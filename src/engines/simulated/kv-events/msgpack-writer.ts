/**
 * Writes the part of MessagePack that KV events need, every value in its shortest form, as msgspec does (what vLLM encodes
 * with). msgpackr, which reads them, writes large numbers in another form.
 */
export class MsgpackWriter {
  #bytes = Buffer.alloc(1024)
  #length = 0

  /** What was written so far; the writer begins anew. */
  take(): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return bytes
  }

  nil(): void {
    this.#byte(0xc0)
  }

  float(value: number): void {
    this.#byte(0xcb)
    this.#length = this.#room(8).writeDoubleBE(value, this.#length)
  }

  /** A whole number from 0 to 2^64 - 1. */
  unsigned(value: number | bigint): void {
    if (value < 0x80) this.#byte(Number(value))
    else if (value < 0x1_00) this.#sized(0xcc, Number(value), 1)
    else if (value < 0x1_0000) this.#sized(0xcd, Number(value), 2)
    else if (value < 0x1_0000_0000) this.#sized(0xce, Number(value), 4)
    else {
      this.#byte(0xcf)
      this.#length = this.#room(8).writeBigUInt64BE(BigInt(value), this.#length)
    }
  }

  /** A whole number of 32 bits, which may be below zero. */
  whole(value: number): void {
    if (value >= 0) this.unsigned(value)
    else if (value >= -0x20) this.#byte(value & 0xff)
    else if (value >= -0x80) this.#sized(0xd0, value & 0xff, 1)
    else if (value >= -0x8000) this.#sized(0xd1, value & 0xffff, 2)
    else this.#sized(0xd2, value >>> 0, 4)
  }

  text(value: string): void {
    const bytes = Buffer.from(value)
    if (bytes.length < 32) this.#byte(0xa0 | bytes.length)
    else if (bytes.length < 0x1_00) this.#sized(0xd9, bytes.length, 1)
    else if (bytes.length < 0x1_0000) this.#sized(0xda, bytes.length, 2)
    else this.#sized(0xdb, bytes.length, 4)
    this.#room(bytes.length).set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** The head of a list of so many values, which come next. */
  list(length: number): void {
    if (length < 16) this.#byte(0x90 | length)
    else if (length < 0x1_0000) this.#sized(0xdc, length, 2)
    else this.#sized(0xdd, length, 4)
  }

  /** The head of a map of so many pairs of a name and a value, which come next; 15 at the most. */
  map(pairs: number): void {
    this.#byte(0x80 | pairs)
  }

  #byte(value: number): void {
    this.#room(1)[this.#length] = value
    this.#length += 1
  }

  #sized(kind: number, value: number, bytes: 1 | 2 | 4): void {
    this.#byte(kind)
    this.#length = this.#room(bytes).writeUIntBE(value, this.#length, bytes)
  }

  #room(bytes: number): Buffer {
    if (this.#length + bytes > this.#bytes.length) {
      const larger = Buffer.alloc(2 * (this.#length + bytes))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    return this.#bytes
  }
}
