import type { z } from 'zod'
import { Refusal } from '../data-plane/refusal.ts'
import { isGiven } from './given.ts'

type Issue = z.core.$ZodIssue

/**
 * A question as its schema understands it.
 * @throws Refusal that names the first field that is not understood.
 */
export function readQuestion<Schema extends z.ZodType>(schema: Schema, body: Buffer): z.output<Schema> {
  const { success, data, error } = schema.safeParse(parse(body))
  if (success) return data
  const { path, message } = deepest(error.issues)
  const field = path.map(String).join('.')
  const options = field === '' ? {} : { param: field }
  throw new Refusal('bad_request', `The field "${field}" is not understood: ${message}.`, options)
}

/** A value that has no equal in chat completions. */
export function unsayable(field: string, why: string): Refusal {
  const message = `The engine of this model answers this path by way of chat completions, where ${why}.`
  return new Refusal('bad_request', message, { param: field })
}

/** Refuses each of the fields that says something; absent, null, false, zero and empty say nothing. */
export function refuseGiven(
  fields: Readonly<Record<string, unknown>>,
  reasons: Readonly<Record<string, string>>,
): void {
  for (const [field, why] of Object.entries(reasons)) {
    const value = fields[field]
    const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
    if (isGiven(value) && value !== false && value !== 0 && !isEmpty) throw unsayable(field, why)
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new Refusal('bad_request', `The request body is not valid JSON: ${(error as Error).message}.`)
  }
}

/** The issue of a union's best fitting branch: the one that went furthest into the value. */
function deepest(
  issues: readonly Issue[],
  above: readonly PropertyKey[] = [],
): { path: PropertyKey[]; message: string } {
  const [issue] = issues
  if (issue === undefined) return { path: [...above], message: 'Invalid input' }
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union') return { path, message: issue.message }
  const branches = issue.errors.map((branch) => deepest(branch, path)).toSorted((a, b) => b.path.length - a.path.length)
  const [best] = branches
  return best !== undefined && best.path.length > path.length ? best : { path, message: issue.message }
}
