import type { ByteRange } from './scan-top-level.ts'

/** The body with the bytes of `range` replaced; all others are the very bytes that came. */
export function replaceRange(body: Buffer, range: ByteRange, replacement: string): Buffer {
  return Buffer.concat([body.subarray(0, range.start), Buffer.from(replacement), body.subarray(range.end)])
}

/** The body with a first field inserted: `insertAt` and `isEmpty` as the scan found them. */
export function insertField(
  body: Buffer,
  place: { readonly insertAt: number; readonly isEmpty: boolean },
  name: string,
  value: string,
): Buffer {
  const field = `${JSON.stringify(name)}:${value}${place.isEmpty ? '' : ','}`
  return Buffer.concat([body.subarray(0, place.insertAt), Buffer.from(field), body.subarray(place.insertAt)])
}
