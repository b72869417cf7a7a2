import type { ListShape, ObjectShape, Shape } from './shape.ts'

/** The parts of a JSON schema that matter here, of /openapi/v3 and of custom resource definitions alike. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
  readonly required?: readonly string[]
  readonly allOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
}

/** How a reader treats what the two sources say differently. */
export interface Dialect {
  /** The shape that a reference stands for. */
  named(reference: string): Shape
  /** The schema that a reference stands for. */
  resolve(reference: string): JsonSchema | undefined
  /** Whether an object without properties keeps its fields (the API server does, a custom resource drops them). */
  readonly isOpenWithoutProperties: boolean
}

/** The given fields of an object that are there. */
function pick<Source extends object, Key extends keyof Source>(
  source: Source,
  keys: readonly Key[],
): Partial<Pick<Source, Key>> {
  const picked: Partial<Pick<Source, Key>> = {}
  for (const key of keys) if (source[key] !== undefined) picked[key] = source[key]
  return picked
}

function keyDefaults(schema: JsonSchema, dialect: Dialect): ListShape['keys'] | undefined {
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined) return undefined
  const items = schema.items ?? {}
  const reference = items.$ref ?? items.allOf?.[0]?.$ref
  const fields = (reference === undefined ? items : dialect.resolve(reference))?.properties ?? {}
  return Object.fromEntries(
    keys.map((key) => {
      const value = fields[key]?.default
      return [key, typeof value === 'string' || (typeof value === 'number' && value !== 0) ? value : null]
    }),
  )
}

function readString(schema: JsonSchema): Shape {
  const values = schema.enum?.filter((value) => typeof value === 'string')
  const limits = pick(schema, ['pattern', 'format', 'minLength', 'maxLength'])
  return { is: 'string', ...limits, ...(values === undefined ? {} : { enum: [...values].sort() }) }
}

function readObject(schema: JsonSchema, dialect: Dialect): Shape {
  const keepsUnknown = schema['x-kubernetes-preserve-unknown-fields'] === true
  const { additionalProperties } = schema
  if (schema.properties === undefined) {
    if (typeof additionalProperties === 'object') {
      return { is: 'map', of: readSchema(additionalProperties, dialect), ...pick(schema, ['maxProperties']) }
    }
    if (keepsUnknown || additionalProperties === true || dialect.isOpenWithoutProperties) {
      return { is: 'map', of: { is: 'any' } }
    }
  }
  return readProperties(schema, dialect)
}

/** An object with known fields. */
export function readProperties(schema: JsonSchema, dialect: Dialect): ObjectShape {
  const fields = Object.entries(schema.properties ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => [name, readSchema(field, dialect)] as const)
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true ? { open: true as const } : {}
  return { is: 'object', fields: Object.fromEntries(fields), required: [...(schema.required ?? [])].sort(), ...open }
}

/** The shape that a schema describes. */
export function readSchema(schema: JsonSchema, dialect: Dialect): Shape {
  const reference = schema.$ref ?? schema.allOf?.find(({ $ref }) => $ref !== undefined)?.$ref
  if (reference !== undefined) return dialect.named(reference)
  if (schema['x-kubernetes-int-or-string'] === true) {
    // controller-gen writes quantities as int-or-string with the pattern of their suffixes.
    return { is: schema.pattern?.includes('[KMGTPE]i') === true ? 'quantity' : 'int-or-string' }
  }
  switch (schema.type) {
    case 'string':
      return readString(schema)
    case 'integer':
    case 'number':
      return { is: schema.type, ...pick(schema, ['format', 'minimum', 'maximum']) }
    case 'boolean':
      return { is: 'boolean' }
    case 'array': {
      const keys = keyDefaults(schema, dialect)
      const limits = pick(schema, ['minItems', 'maxItems'])
      return { is: 'list', of: readSchema(schema.items ?? {}, dialect), ...limits, ...(keys ? { keys } : {}) }
    }
    case 'object':
      return readObject(schema, dialect)
    default:
      return { is: 'any' }
  }
}
