/** Bytes from `start` up to, not including, `end` that are replaced; nothing is removed where the two are equal. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Inserts a first field into an object: `insertAt` and `isEmpty` as the scan found them. */
export function insertEdit(
  place: { readonly insertAt: number; readonly isEmpty: boolean },
  name: string,
  value: string,
): Edit {
  const { insertAt, isEmpty } = place
  return { start: insertAt, end: insertAt, text: `${JSON.stringify(name)}:${value}${isEmpty ? '' : ','}` }
}

/** The body with the edits made, which do not overlap; all other bytes are the very ones that came. */
export function splice(body: Buffer, edits: readonly Edit[]): Buffer {
  if (edits.length === 0) return body
  const parts: Buffer[] = []
  let at = 0
  for (const { start, end, text } of edits.toSorted((one, other) => one.start - other.start)) {
    parts.push(body.subarray(at, start), Buffer.from(text))
    at = end
  }
  parts.push(body.subarray(at))
  return Buffer.concat(parts)
}
