/** Protocol Buffers as bytes (protobuf.dev/programming-guides/encoding): what the few messages need that tests speak. */

/** A field to write: a number or truth as varint; text, bytes and messages by their length. */
export type Field = readonly [number: number, value: number | boolean | string | Uint8Array]

/** A field that was read. */
export interface ReadField {
  readonly number: number
  readonly value: number | Buffer
}

const [varintType, bytesType] = [0, 2]
/** Widths of the types that none of our messages has, to step over. */
const fixedWidths: Readonly<Record<number, number>> = { 1: 8, 5: 4 }

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  return Buffer.from([...bytes, rest])
}

/** A message. */
export function message(...fields: readonly Field[]): Buffer {
  const parts = fields.flatMap(([number, value]) => {
    if (typeof value === 'number' || typeof value === 'boolean') return [varint(number * 8), varint(Number(value))]
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    return [varint(number * 8 + bytesType), varint(bytes.length), bytes]
  })
  return Buffer.concat(parts)
}

/** The fields of a message in their order. Throws RangeError where it ends too early. */
export function fieldsOf(bytes: Buffer): ReadField[] {
  const fields: ReadField[] = []
  let at = 0
  const number = () => {
    for (let value = 0, factor = 1; ; factor *= 0x80) {
      const byte = bytes.readUInt8(at)
      at += 1
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = number()
    const type = tag % 8
    const field = Math.floor(tag / 8)
    if (type === varintType) fields.push({ number: field, value: number() })
    else if (type === bytesType) {
      const length = number()
      if (at + length > bytes.length) throw new RangeError(`field ${field} ends beyond its message`)
      fields.push({ number: field, value: bytes.subarray(at, at + length) })
      at += length
    } else at += fixedWidths[type] ?? Infinity
  }
  return fields
}

/** The bytes of a message's field; empty where it is not there. */
export function bytesOf(fields: readonly ReadField[], number: number): Buffer {
  const value = fields.find((field) => field.number === number)?.value
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0)
}

/** The number of a message's field; 0 where it is not there, as the format has it. */
export function numberOf(fields: readonly ReadField[], number: number): number {
  const value = fields.find((field) => field.number === number)?.value
  return typeof value === 'number' ? value : 0
}
