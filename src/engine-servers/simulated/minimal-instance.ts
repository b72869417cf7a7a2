import { notSupported } from '../serving/index.ts'

type Schema = Readonly<Record<string, unknown>>

/** How deep a schema may be followed; a required recursion never ends. */
const depthLimit = 64

/**
 * A small value that a JSON schema (draft 2020-12, the part that structured output uses) accepts: the first of choices,
 * required properties only, the shortest strings and lists, the numbers nearest to 0. Throws `ServingError` for what it
 * cannot satisfy.
 */
export function minimalInstance(schema: unknown): unknown {
  return instanceOf(schema, schema, 0)
}

function instanceOf(schema: unknown, root: unknown, depth: number): unknown {
  if (depth > depthLimit) throw unsatisfiable('it is nested too deeply')
  if (schema === true) return null
  if (!isSchema(schema)) throw unsatisfiable('a part of it accepts nothing')
  if (typeof schema['$ref'] === 'string') return instanceOf(resolve(schema['$ref'], root), root, depth + 1)
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null
  const choices = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(choices)) return instanceOf(merge(without(schema, 'anyOf', 'oneOf'), choices[0]), root, depth + 1)
  if (Array.isArray(schema['allOf'])) {
    const parts = schema['allOf'].map((part) =>
      isSchema(part) && typeof part['$ref'] === 'string' ? resolve(part['$ref'], root) : part,
    )
    return instanceOf(parts.reduce(merge, without(schema, 'allOf')), root, depth + 1)
  }
  switch (typeOf(schema)) {
    case 'object':
      return objectOf(schema, root, depth)
    case 'array':
      return arrayOf(schema, root, depth)
    case 'string':
      return stringOf(schema)
    case 'integer':
      return numberOf(schema, 1)
    case 'number':
      return numberOf(schema, 0)
    case 'boolean':
      return false
    default:
      return null
  }
}

function typeOf(schema: Schema): unknown {
  const { type } = schema
  if (Array.isArray(type)) return type[0]
  if (type !== undefined) return type
  if ('properties' in schema || 'required' in schema) return 'object'
  if ('items' in schema || 'prefixItems' in schema) return 'array'
  if ('pattern' in schema || 'minLength' in schema || 'format' in schema) return 'string'
  return 'minimum' in schema || 'maximum' in schema ? 'number' : 'null'
}

function objectOf(schema: Schema, root: unknown, depth: number): Record<string, unknown> {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : []
  const least = numeric(schema['minProperties']) ?? 0
  const names = [...new Set([...required, ...Object.keys(properties)])].slice(0, Math.max(required.length, least))
  const rest = schema['additionalProperties'] ?? true
  while (names.length < least) names.push(`property${names.length}`)
  return Object.fromEntries(names.map((name) => [name, instanceOf(properties[name] ?? rest, root, depth + 1)]))
}

function arrayOf(schema: Schema, root: unknown, depth: number): unknown[] {
  const prefix = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : []
  const length = bounded(numeric(schema['minItems']) ?? 0, 'minItems')
  return Array.from({ length }, (_, index) => instanceOf(prefix[index] ?? schema['items'] ?? true, root, depth + 1))
}

/** One value for each format that names one; RFC 3339 for times, RFC 9562 for UUIDs. */
const formats: Readonly<Record<string, string>> = {
  'date-time': '2000-01-01T00:00:00Z',
  date: '2000-01-01',
  time: '00:00:00Z',
  duration: 'PT0S',
  email: 'a@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

/** What is tried against a pattern; anything cleverer would be a solver of regular expressions. */
const samples = [
  '',
  'a',
  'A',
  '0',
  '1',
  'river',
  'River',
  '2000-01-01',
  '00000',
  'a@example.com',
  'ABC',
  'abc',
  '123',
  'A1',
  'a-b',
  '+10000000000',
]

function stringOf(schema: Schema): string {
  if (typeof schema['pattern'] === 'string') {
    const pattern = compile(schema['pattern'])
    const fitting = samples.find((sample) => pattern.test(sample) && fitsLength(sample, schema))
    if (fitting === undefined) throw unsatisfiable('it has a pattern that no sample text fits')
    return fitting
  }
  const format = formats[String(schema['format'])]
  if (format !== undefined) return format
  const length = bounded(numeric(schema['minLength']) ?? 5, 'minLength')
  return 'river '.repeat(Math.ceil(length / 6)).slice(0, Math.min(length, numeric(schema['maxLength']) ?? length))
}

function fitsLength(text: string, schema: Schema): boolean {
  return text.length >= (numeric(schema['minLength']) ?? 0) && text.length <= (numeric(schema['maxLength']) ?? Infinity)
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    throw unsatisfiable('it has a pattern that is no regular expression')
  }
}

/** The multiple of `step` (any number for 0) within the bounds that is nearest to 0. */
function numberOf(schema: Schema, integerStep: number): number {
  const step = numeric(schema['multipleOf']) ?? integerStep
  const above = numeric(schema['exclusiveMinimum'])
  const below = numeric(schema['exclusiveMaximum'])
  const low = Math.max(numeric(schema['minimum']) ?? -Infinity, above ?? -Infinity)
  const high = Math.min(numeric(schema['maximum']) ?? Infinity, below ?? Infinity)
  const fits = (value: number): boolean =>
    value >= low && value <= high && (above === undefined || value > above) && (below === undefined || value < below)
  const candidates =
    step > 0
      ? [
          0,
          ...[low, high]
            .filter(Number.isFinite)
            .flatMap((bound) => [-1, 0, 1].map((by) => (Math.round(bound / step) + by) * step)),
        ]
      : [0, low, high, (low + high) / 2, low + 1, high - 1]
  const value = candidates
    .filter((candidate) => Number.isFinite(candidate) && fits(candidate))
    .toSorted((a, b) => Math.abs(a) - Math.abs(b))[0]
  if (value === undefined) throw unsatisfiable('no number lies within its bounds')
  return value
}

function resolve(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) throw unsatisfiable('it refers to another document')
  const found = reference
    .slice(1)
    .split('/')
    .filter((part) => part !== '')
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((part, key) => (isSchema(part) ? part[key] : undefined), root)
  if (found === undefined) throw unsatisfiable(`its reference ${reference} leads nowhere`)
  return found
}

/** Both schemas at once, as far as their fields do not contradict each other. */
function merge(a: unknown, b: unknown): unknown {
  if (a === false || b === false) return false
  if (!isSchema(a)) return b
  if (!isSchema(b)) return a
  const list = (schema: Schema, key: string): unknown[] => (Array.isArray(schema[key]) ? schema[key] : [])
  const properties = { ...(a['properties'] as Schema | undefined), ...(b['properties'] as Schema | undefined) }
  const required = [...list(a, 'required'), ...list(b, 'required')]
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  }
}

function without(schema: Schema, ...keys: readonly string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)))
}

function bounded(length: number, name: string): number {
  if (length > 10_000) throw unsatisfiable(`its ${name} is larger than 10000`)
  return length
}

function numeric(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unsatisfiable(why: string) {
  return notSupported('response_format', `This JSON schema (${why})`)
}
