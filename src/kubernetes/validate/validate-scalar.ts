import type { NumberSchema, StringSchema } from '../schemas/schema-table.ts'
import { show, type ProblemList } from './problem.ts'

/** What ParseQuantity of k8s.io/apimachinery takes. */
const quantityForm = /^[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/

/** Forms of strings that the API server parses. */
const formats: Readonly<Record<string, { readonly form: RegExp; readonly name: string }>> = {
  'date-time': {
    form: /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
    name: 'a time such as 2026-01-31T09:00:00Z',
  },
  byte: { form: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, name: 'base64' },
}

const int32 = { least: -(2 ** 31), most: 2 ** 31 - 1 }

const compiled = new Map<string, RegExp>()

/** The regular expression of a pattern in RE2's syntax, where `(?i)` says that case does not count; each is compiled once. */
export function regularExpression(pattern: string): RegExp {
  let expression = compiled.get(pattern)
  if (expression === undefined) {
    expression = new RegExp(pattern.replace('(?i)', ''), pattern.includes('(?i)') ? 'iu' : 'u')
    compiled.set(pattern, expression)
  }
  return expression
}

/** Whether a value is an amount such as `80Gi`, `500m` or `2`. */
export function isQuantity(value: unknown): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' && quantityForm.test(value)
}

export function validateString(schema: StringSchema, value: string, list: ProblemList): void {
  const { enum: choices, pattern, format, minLength = 0, maxLength = Infinity } = schema
  if (choices !== undefined && !choices.includes(value)) {
    list.add(`is ${show(value)}`, `it must be one of ${choices.map((choice) => choice || '""').join(', ')}`)
  }
  // Kubernetes counts characters, not UTF-16 units.
  const length = value.length <= minLength || value.length > maxLength ? [...value].length : value.length
  if (length < minLength) list.add(`has ${length} characters`, `it must have at least ${minLength}`)
  if (length > maxLength) list.add(`has ${length} characters`, `it must have at most ${maxLength}`)
  if (pattern !== undefined && !regularExpression(pattern).test(value)) {
    list.add(`is ${show(value)}`, `it must match ${pattern}`)
  }
  const known = format === undefined ? undefined : formats[format]
  if (known !== undefined && !known.form.test(value)) list.add(`is ${show(value)}`, `it must be ${known.name}`)
}

export function validateNumber(schema: NumberSchema, value: number, list: ProblemList): void {
  const { type, format, minimum = -Infinity, maximum = Infinity } = schema
  if (type === 'integer' && !Number.isSafeInteger(value)) {
    list.add(`is ${show(value)}`, 'it must be a whole number')
    return
  }
  const least = format === 'int32' ? Math.max(minimum, int32.least) : minimum
  const most = format === 'int32' ? Math.min(maximum, int32.most) : maximum
  if (value < least) list.add(`is ${show(value)}`, `it must be at least ${least}`)
  if (value > most) list.add(`is ${show(value)}`, `it must be at most ${most}`)
}
