import table from './schemas.json' with { type: 'json' }

/** The place of a schema in the table. */
export type SchemaPlace = number

/** What a value may be. Other schemas are named by their place in the table. */
export type SchemaNode =
  | { readonly type: 'any' | 'boolean' | 'quantity' | 'int-or-string' }
  | StringSchema
  | NumberSchema
  | ListSchema
  | MapSchema
  | ObjectSchema

export interface StringSchema {
  readonly type: 'string'
  readonly enum?: readonly string[]
  /** A regular expression in RE2's syntax. */
  readonly pattern?: string
  /** Such as `date-time` or `byte` (base64). */
  readonly format?: string
  /** In characters. */
  readonly minLength?: number
  readonly maxLength?: number
}

export interface NumberSchema {
  readonly type: 'integer' | 'number'
  /** Such as `int32`. */
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
}

export interface ListSchema {
  readonly type: 'list'
  readonly of: SchemaPlace
  readonly minItems?: number
  readonly maxItems?: number
  /** Fields that together tell items apart, with the default of each (null: none). */
  readonly keys?: Readonly<Record<string, string | number | null>>
}

export interface MapSchema {
  readonly type: 'map'
  readonly of: SchemaPlace
  readonly maxProperties?: number
}

export interface ObjectSchema {
  readonly type: 'object'
  readonly fields: Readonly<Record<string, SchemaPlace>>
  readonly required?: readonly string[]
  /** Whether unknown fields are kept. */
  readonly open?: true
}

/** What is known of a kind. */
export interface KindSchema {
  readonly schema: SchemaPlace
  /** Its name in URLs, such as `deployments`. */
  readonly plural: string
  readonly isNamespaced: boolean
}

interface SchemaTable {
  readonly kinds: Readonly<Record<string, KindSchema>>
  readonly schemas: readonly SchemaNode[]
}

const { kinds, schemas } = table as unknown as SchemaTable

/** The schema at a place. */
export function schemaAt(place: SchemaPlace): SchemaNode {
  const schema = schemas[place]
  if (schema === undefined) throw new Error(`the table has no schema ${place}`)
  return schema
}

/** What is known of a kind, such as `apps/v1`, `Deployment`. */
export function findKind(apiVersion: string, kind: string): KindSchema | undefined {
  const name = `${apiVersion} ${kind}`
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined
}

/** Every known kind as `apiVersion kind`. */
export const kindNames = (): readonly string[] => Object.keys(kinds)
