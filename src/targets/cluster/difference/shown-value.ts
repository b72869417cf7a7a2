import { createHash } from 'node:crypto'

/** Longer texts, such as dashboards, are told by their size. */
const longestShown = 200

/** Two texts without the lines at their beginnings and ends that are the same. */
function differingLines(before: string, after: string): readonly [before: string, after: string] {
  const [old, wanted] = [before.split('\n'), after.split('\n')]
  const most = Math.min(old.length, wanted.length)
  let head = 0
  while (head < most && old[head] === wanted[head]) head += 1
  let tail = 0
  while (tail < most - head && old[old.length - 1 - tail] === wanted[wanted.length - 1 - tail]) tail += 1
  const cut = (lines: readonly string[]) => lines.slice(head, lines.length - tail).join('\n')
  return [cut(old), cut(wanted)]
}

/** Two values as a plan tells them; of texts with many lines those that differ. */
export function shownValues(before: unknown, after: unknown, isSecret: boolean): readonly [unknown, unknown] {
  if (
    typeof before === 'string' &&
    typeof after === 'string' &&
    !isSecret &&
    before.length + after.length > longestShown
  ) {
    const [old, wanted] = differingLines(before, after)
    if (old !== wanted) return [shownValue(old, false), shownValue(wanted, false)]
  }
  return [shownValue(before, isSecret), shownValue(after, isSecret)]
}

/** A value as a plan tells it: a secret never, a long one by size and digest. */
function shownValue(value: unknown, isSecret: boolean): unknown {
  if (value === undefined) return undefined
  if (isSecret) return '(secret)'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.length <= longestShown) return value
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8)
  return `(${text.length} characters, sha256 ${digest})`
}
