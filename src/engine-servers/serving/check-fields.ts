import type { z } from 'zod'
import type { ServingError } from './contract.ts'
import { invalidValue, malformed } from './errors.ts'

type Issue = z.core.$ZodIssue

/** Codes of values that have the right type and are out of range: vLLM names the field without `body.` for those. */
const rangeCodes = new Set(['too_small', 'too_big'])

/** Checks a body against `fields`; throws the error that a client gets for the first problem. */
export function checkFields<Fields extends z.ZodType>(fields: Fields, body: Record<string, unknown>): z.output<Fields> {
  const checked = fields.safeParse(body)
  if (checked.success) return checked.data
  throw firstProblem(checked.error.issues, body)
}

function firstProblem(issues: readonly Issue[], body: Record<string, unknown>): ServingError {
  const issue = closest(issues)
  if (issue === undefined) return malformed('body', 'Input is not valid')
  const field = issue.path.map(String).join('.')
  const seen = valueAt(body, issue.path)
  if (seen === undefined) return malformed(`body.${field}`, 'Field required')
  if (rangeCodes.has(issue.code)) return invalidValue(`${field} ${bound(issue)}, got ${shorten(seen)}.`, field)
  return malformed(`body.${field}`, `${issue.message}, got ${shorten(seen)}`)
}

/** The bound that a value exceeds, in words. */
function bound(issue: Issue): string {
  if (issue.code === 'too_small')
    return `must be ${issue.inclusive === false ? 'greater than' : 'at least'} ${issue.minimum}${unitOf(issue)}`
  if (issue.code === 'too_big')
    return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue)}`
  return `is not valid (${issue.message})`
}

function unitOf({ origin }: { readonly origin: string }): string {
  return { string: ' characters long', array: ' entries long' }[origin] ?? ''
}

/** The first issue; for a union, the one of the branch that went furthest into the value. */
function closest(issues: readonly Issue[]): Issue | undefined {
  const issue = issues[0]
  if (issue?.code !== 'invalid_union') return issue
  const inner = issue.errors
    .map((branch) => closest(branch))
    .filter((branch) => branch !== undefined)
    .toSorted((a, b) => depth(b) - depth(a))[0]
  return inner === undefined || depth(inner) === 0 ? issue : { ...inner, path: [...issue.path, ...inner.path] }
}

/** How well a branch of a union fits: right type but out of range beats a deeper mismatch beats the wrong type. */
function depth(issue: Issue): number {
  return issue.path.length + (rangeCodes.has(issue.code) ? 1 : 0)
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    body,
  )
}

/** A value as it may be repeated in a message. */
function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
