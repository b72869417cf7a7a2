import { didYouMean } from '../../fleet/index.ts'
import {
  schemaAt,
  type ListSchema,
  type MapSchema,
  type ObjectSchema,
  type SchemaNode,
  type SchemaPlace,
} from '../schemas/schema-table.ts'
import { show, type ProblemList } from './problem.ts'
import { isQuantity, validateNumber, validateString } from './validate-scalar.ts'

const words: Readonly<Record<SchemaNode['type'], string>> = {
  any: 'any value',
  boolean: 'true or false',
  quantity: 'an amount such as 500m, 2 or 80Gi',
  'int-or-string': 'a whole number or a string',
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  list: 'a list',
  map: 'an object',
  object: 'an object',
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Adds what is wrong with a value. A field that is undefined is absent, as in JSON. */
export function validateValue(place: SchemaPlace, value: unknown, list: ProblemList): void {
  const schema = schemaAt(place)
  switch (schema.type) {
    case 'any':
      return
    case 'string':
      if (typeof value === 'string') return validateString(schema, value, list)
      break
    case 'integer':
    case 'number':
      if (typeof value === 'number') return validateNumber(schema, value, list)
      break
    case 'boolean':
      if (typeof value === 'boolean') return
      break
    case 'quantity':
      if (isQuantity(value)) return
      break
    case 'int-or-string':
      if (typeof value === 'string' || Number.isSafeInteger(value)) return
      break
    case 'list':
      if (Array.isArray(value)) return validateList(schema, value, list)
      break
    case 'map':
      if (isRecord(value)) return validateMap(schema, value, list)
      break
    case 'object':
      if (isRecord(value)) return validateFields(schema, value, list)
      break
  }
  list.add(`is ${show(value)}`, `it must be ${words[schema.type]}`)
}

function validateList(schema: ListSchema, items: readonly unknown[], list: ProblemList): void {
  const { of, minItems = 0, maxItems = Infinity, keys } = schema
  if (items.length < minItems) list.add(`has ${items.length} items`, `it must have at least ${minItems}`)
  if (items.length > maxItems) list.add(`has ${items.length} items`, `it must have at most ${maxItems}`)
  items.forEach((item, index) => list.within(index, () => validateValue(of, item, list)))
  if (keys !== undefined) validateKeys(keys, items, list)
}

/** Items of such a list are told apart by some of their fields, by which other managers of the object find them again. */
function validateKeys(keys: NonNullable<ListSchema['keys']>, items: readonly unknown[], list: ProblemList): void {
  const seen = new Set<string>()
  items.forEach((item, index) => {
    if (!isRecord(item)) return
    const identity = Object.entries(keys).map(([key, value]) => [key, item[key] ?? value] as const)
    const text = JSON.stringify(identity)
    if (seen.has(text)) {
      const same = identity.filter(([, value]) => value !== null).map(([key, value]) => `${key} ${show(value)}`)
      list.within(index, () => list.add('is there twice', `an earlier item has ${same.join(', ') || 'the same key'}`))
    }
    seen.add(text)
  })
}

function validateMap(schema: MapSchema, map: Readonly<Record<string, unknown>>, list: ProblemList): void {
  const entries = Object.entries(map).filter(([, value]) => value !== undefined)
  const { of, maxProperties = Infinity } = schema
  if (entries.length > maxProperties) list.add(`has ${entries.length} entries`, `it must have at most ${maxProperties}`)
  for (const [name, value] of entries) list.within(name, () => validateValue(of, value, list))
}

function validateFields(schema: ObjectSchema, object: Readonly<Record<string, unknown>>, list: ProblemList): void {
  const { fields, required = [], open } = schema
  for (const name of required) {
    if (object[name] === undefined) list.add(`has no ${name}`, 'that field is required')
  }
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field !== undefined) list.within(name, () => validateValue(field, value, list))
    else if (!open) list.add(`has the unknown field ${name}`, whyUnknown(name, Object.keys(fields)))
  }
}

/** How many known fields a message lists. */
const mostListed = 12

function whyUnknown(name: string, known: readonly string[]): string {
  const meant = didYouMean(name, known)
  if (meant !== undefined) return `did you mean ${meant}?`
  if (known.length === 0) return 'the schema keeps no fields here'
  const more = known.length > mostListed ? ', …' : ''
  return `the schema has ${known.slice(0, mostListed).join(', ')}${more} here`
}
