import { invalidValue } from '../serving/index.ts'

/** A JSON Schema as the grammar generator of node-llama-cpp 3.22 takes it. */
export type GrammarSchema = Readonly<Record<string, unknown>>

/** Words of JSON Schema 2020-12 that say nothing about which values are valid. */
const annotations = new Set(
  (
    '$schema $id $comment title description default examples deprecated readOnly writeOnly strict discriminator ' +
    '$defs definitions required'
  ).split(' '),
)
/** Words that the generator keeps to, beside those that are handled one by one. */
const kept = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'] as const
/** Formats that it knows; others are annotations, as the standard has it. */
const knownFormats = new Set(['date', 'time', 'date-time'])
const scalarTypes = ['string', 'number', 'integer', 'boolean', 'null']
const maxDepth = 64

type Fields = Readonly<Record<string, unknown>>

/**
 * Rewrites a JSON Schema so that the grammar generator means the same by it. Every property that is named is generated, in the
 * order of the schema. What it could not enforce is refused rather than ignored.
 * @throws ServingError with status 400.
 */
export function toGrammarSchema(schema: unknown): GrammarSchema {
  const root = fieldsOf(schema)
  const definitions = { ...fieldsOf(root['definitions'] ?? {}), ...fieldsOf(root['$defs'] ?? {}) }
  const names = new Set(Object.keys(definitions))
  const $defs = mapValues(definitions, (definition) => convert(definition, names, 1))
  return { ...convert(root, names, 0), ...(names.size > 0 && { $defs }) }
}

/** Any JSON value. */
const anyValue: GrammarSchema = {
  oneOf: [{ type: scalarTypes }, { type: 'object', additionalProperties: true }, { type: 'array' }],
}

function convert(schema: unknown, names: ReadonlySet<string>, depth: number): GrammarSchema {
  if (depth > maxDepth) throw refuse('it is nested too deeply')
  if (schema === true) return anyValue
  const fields = fieldsOf(schema)
  const inner = (part: unknown) => convert(part, names, depth + 1)
  const { $ref, allOf, anyOf, oneOf, type } = fields
  if ($ref !== undefined) return reference($ref, names)
  if (allOf !== undefined) return inner(onlyOne(allOf))
  const choices = oneOf ?? anyOf
  if (choices !== undefined) return { oneOf: listOf(choices, 'oneOf').map(inner) }
  if ('const' in fields) return { const: literal(fields['const']) }
  if (fields['enum'] !== undefined) return { enum: listOf(fields['enum'], 'enum').map(literal) }
  if (Array.isArray(type)) return { oneOf: type.map((each: unknown) => inner({ ...fields, type: each })) }
  if (type === 'object' || (type === undefined && fields['properties'] !== undefined))
    return convertObject(fields, inner)
  if (type === 'array' || (type === undefined && fields['items'] !== undefined)) return convertArray(fields, inner)
  checkWords(fields, ['type', 'format', 'minLength', 'maxLength'])
  if (type === undefined) return anyValue
  if (typeof type !== 'string' || !scalarTypes.includes(type)) throw refuse(`there is no type ${JSON.stringify(type)}`)
  const { format } = fields
  if (type === 'string' && typeof format === 'string' && knownFormats.has(format)) return { type, format }
  return { type, ...(type === 'string' && keptWords(fields)) }
}

function convertObject(fields: Fields, inner: (part: unknown) => GrammarSchema): GrammarSchema {
  checkWords(fields, ['type', 'properties', 'additionalProperties', 'minProperties', 'maxProperties'])
  const { properties, additionalProperties } = fields
  const isOpen = additionalProperties === undefined ? properties === undefined : additionalProperties !== false
  return {
    type: 'object',
    ...(properties !== undefined && { properties: mapValues(fieldsOf(properties), inner) }),
    ...(isOpen && { additionalProperties: isFields(additionalProperties) ? inner(additionalProperties) : true }),
    ...keptWords(fields),
  }
}

function convertArray(fields: Fields, inner: (part: unknown) => GrammarSchema): GrammarSchema {
  checkWords(fields, ['type', 'items', 'prefixItems', 'minItems', 'maxItems'])
  const { items, prefixItems } = fields
  return {
    type: 'array',
    ...(isFields(items) && Object.keys(items).length > 0 && { items: inner(items) }),
    ...(prefixItems !== undefined && { prefixItems: listOf(prefixItems, 'prefixItems').map(inner) }),
    ...keptWords(fields),
  }
}

function reference($ref: unknown, names: ReadonlySet<string>): GrammarSchema {
  const name = typeof $ref === 'string' ? /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec($ref)?.[1] : undefined
  if (name === undefined || !names.has(name))
    throw refuse(`$ref ${JSON.stringify($ref)} does not name an entry of $defs`)
  return { $ref: `#/$defs/${name}` }
}

function onlyOne(allOf: unknown): unknown {
  const [part, ...others] = listOf(allOf, 'allOf')
  if (others.length > 0) throw refuse('allOf with several schemas is not supported')
  return part
}

function literal(value: unknown): unknown {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value
  throw refuse('const and enum hold strings, numbers, booleans and null only')
}

function checkWords(fields: Fields, allowed: readonly string[]): void {
  const foreign = Object.keys(fields).find((word) => !allowed.includes(word) && !annotations.has(word))
  if (foreign !== undefined) throw refuse(`${foreign} is not supported here`)
}

function keptWords(fields: Fields): Fields {
  return Object.fromEntries(
    kept.filter((word) => fields[word] !== undefined).map((word) => [word, wholeNumber(fields, word)]),
  )
}

function wholeNumber(fields: Fields, word: string): number {
  const value = fields[word]
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 10_000) return value
  throw refuse(`${word} takes a whole number from 0 to 10000`)
}

function listOf(value: unknown, word: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value
  throw refuse(`${word} takes a list that is not empty`)
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldsOf(value: unknown): Fields {
  if (isFields(value)) return value
  throw refuse(`${JSON.stringify(value)?.slice(0, 40)} is not a schema`)
}

function mapValues(fields: Fields, change: (value: unknown) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]))
}

function refuse(problem: string) {
  return invalidValue(`The JSON schema cannot be used: ${problem}.`, 'response_format')
}
