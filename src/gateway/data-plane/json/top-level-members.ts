import { endOfValue, skipBlanks, startOfValue } from './scan-top-level.ts'

/** A field of a JSON object by the places of its bytes. */
export interface Member {
  readonly name: string
  /** Where its key's opening quote is. */
  readonly keyStart: number
  /** Where its value begins. */
  readonly start: number
  /** After its value. */
  readonly end: number
}

/** Every field at the top level of a JSON object, in order. */
export interface ObjectMembers {
  /** After the opening brace. */
  readonly insertAt: number
  readonly members: readonly Member[]
}

/** The fields at the top level of `body`, found in one pass; null where it is no JSON object. */
export function topLevelMembers(body: Buffer): ObjectMembers | null {
  const opening = skipBlanks(body, 0)
  if (body[opening] !== 0x7b) return null
  const insertAt = opening + 1
  const members: Member[] = []
  let at = skipBlanks(body, insertAt)
  while (body[at] !== 0x7d || members.length > 0) {
    const start = startOfValue(body, at)
    const end = start < 0 ? start : endOfValue(body, start)
    if (end < 0) return null
    const name = nameAt(body, at)
    if (name === null) return null
    members.push({ name, keyStart: at, start, end })
    at = skipBlanks(body, end)
    if (body[at] === 0x7d) break
    if (body[at] !== 0x2c) return null
    at = skipBlanks(body, at + 1)
  }
  return skipBlanks(body, at + 1) === body.length ? { insertAt, members } : null
}

/** The value of a field as it stands in `body`; undefined where it is not there. Of several the last one counts. */
export function valueText(body: Buffer, { members }: ObjectMembers, name: string): string | undefined {
  const member = members.findLast((each) => each.name === name)
  return member === undefined ? undefined : body.toString('utf8', member.start, member.end)
}

/** The key whose opening quote is at `quote`, of a string that was found whole. */
function nameAt(body: Buffer, quote: number): string | null {
  let end = quote + 1
  for (let byte = body[end]; byte !== 0x22; byte = body[end]) end += byte === 0x5c ? 2 : 1
  try {
    return JSON.parse(body.toString('utf8', quote, end + 1)) as string
  } catch {
    return null
  }
}
