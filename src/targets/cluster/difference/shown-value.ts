import { createHash } from 'node:crypto'

/** Longer texts, such as dashboards, are told by their size. */
const longestShown = 200

/** A value as a plan tells it: a secret never, a long one by size and digest. */
export function shownValue(value: unknown, isSecret: boolean): unknown {
  if (value === undefined) return undefined
  if (isSecret) return '(secret)'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.length <= longestShown) return value
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8)
  return `(${text.length} characters, sha256 ${digest})`
}
