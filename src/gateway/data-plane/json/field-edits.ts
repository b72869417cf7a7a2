import type { Edit } from './splice.ts'
import type { Member, ObjectMembers } from './top-level-members.ts'

/** What fields are to be: the text of a JSON value, or null for a field that is taken away. */
export type FieldValues = Readonly<Record<string, string | null>>

/**
 * The edits after which an object has these fields and all others as they were. A field that is there keeps its place;
 * of one that stands there twice the last is kept, since that is the one that engines read.
 */
export function fieldEdits({ insertAt, members }: ObjectMembers, values: FieldValues): Edit[] {
  // A field may be named as what every object has, such as `constructor`.
  const valueFor = ({ name }: Member) => (Object.hasOwn(values, name) ? values[name] : undefined)
  const isKept = (member: Member, place: number): boolean => {
    const value = valueFor(member)
    return (
      value === undefined || (value !== null && !members.some((other, at) => at > place && other.name === member.name))
    )
  }
  const kept = members.map(isKept)
  const lastKept = kept.lastIndexOf(true)
  const added = Object.entries(values).flatMap(([name, value]) =>
    value === null || members.some((member) => member.name === name) ? [] : [`${JSON.stringify(name)}:${value}`],
  )
  const edits: Edit[] = []
  if (added.length > 0) {
    edits.push({ start: insertAt, end: insertAt, text: `${added.join(',')}${lastKept >= 0 ? ',' : ''}` })
  }
  for (const [place, member] of members.entries()) {
    const value = valueFor(member)
    if (kept[place] === true) {
      if (typeof value === 'string') edits.push({ start: member.start, end: member.end, text: value })
      continue
    }
    // Up to the next key; behind the last one that stays the comma before goes, and those that follow with it.
    const next = members[place + 1]
    if (place < lastKept && next !== undefined) edits.push({ start: member.keyStart, end: next.keyStart, text: '' })
  }
  const last = members.at(-1)
  if (last !== undefined && lastKept < members.length - 1) {
    const from = members[lastKept]?.end ?? members[0]?.keyStart ?? insertAt
    edits.push({ start: from, end: last.end, text: '' })
  }
  return edits
}
