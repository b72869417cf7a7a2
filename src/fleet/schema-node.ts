import { z } from 'zod'
import type { FieldPath } from './diagnostic.ts'
import { fleetDocument } from './schema/fleet-document.ts'
import type { UnitName } from './schema/units.ts'

/** The parts of JSON Schema that the Fleet schema turns into. */
export interface SchemaNode {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | SchemaNode
  readonly items?: SchemaNode
  readonly anyOf?: readonly SchemaNode[]
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxProperties?: number
  readonly pattern?: string
  /** The unit of an amount, or that the field is a reference to a secret. */
  readonly 'x-fairlead-kind'?: UnitName | 'secret'
  /** The section whose fields this one overrides for a model. */
  readonly 'x-fairlead-overrides'?: string
}

let root: SchemaNode | undefined

/** The Fleet schema as data, input side, everything inline: what messages, overrides, references and the CRD are made from. */
export function fleetSchemaNode(): SchemaNode {
  root ??= z.toJSONSchema(fleetDocument, { io: 'input', reused: 'inline' }) as SchemaNode
  return root
}

/** The schema of the field at a path; undefined when the schema has no such field. */
export function schemaNodeAt(path: FieldPath, from: SchemaNode = fleetSchemaNode()): SchemaNode | undefined {
  let node: SchemaNode | undefined = from
  for (const step of path) {
    if (node === undefined) return undefined
    if (typeof step === 'number') node = node.items
    else if (node.properties !== undefined && Object.hasOwn(node.properties, step)) node = node.properties[step]
    else node = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined
  }
  return node
}
