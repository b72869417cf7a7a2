import { isActive, targetsActingOn } from './activity/active-fields.ts'
import { typeInWords } from './field/describe-field.ts'
import { fleetSchemaNode, type SchemaNode } from './schema-node.ts'
import type { TargetName } from './schema/targets.ts'

/** A field of the Fleet file, for its reference page. */
export interface FleetField {
  /** Such as `models[].context`. */
  readonly path: string
  /** What it takes, in words. */
  readonly type: string
  /** Whether a Fleet must say it, where what holds it is written. */
  readonly required: boolean
  /** Its default as it would be written; absent when there is none. */
  readonly default?: unknown
  readonly description: string
  /** Targets on which something acts on it today; for a section, on a part of it. */
  readonly targets: readonly TargetName[]
  /** Whether a plan reads it. */
  readonly isPlanned: boolean
}

/** Every field in the order of the schema; a section that a model overrides is one row. */
export function fleetReference(): FleetField[] {
  const rows: FleetField[] = []
  const visit = (node: SchemaNode, path: string, required: boolean) => {
    rows.push({
      path,
      type: typeInWords(node),
      required,
      ...(hasPlainDefault(node) ? { default: node.default } : {}),
      description: node.description ?? '',
      targets: targetsActingOn(path, { part: true }),
      isPlanned: isActive(path, 'plan') !== false,
    })
    if (node['x-fairlead-overrides'] === undefined && node['x-fairlead-kind'] !== 'secret') visitFields(node, path)
  }
  const visitFields = (node: SchemaNode, path: string) => {
    const inner = node.type === 'array' ? (node.items ?? {}) : node
    const prefix = path === '' ? '' : `${path}${node.type === 'array' ? '[]' : ''}.`
    for (const [name, field] of Object.entries(inner.properties ?? {})) {
      visit(field, `${prefix}${name}`, inner.required?.includes(name) === true)
    }
  }
  visitFields(fleetSchemaNode(), '')
  return rows
}

/** Sections default to all their fields’ defaults, which have rows of their own. */
const hasPlainDefault = ({ default: value }: SchemaNode) =>
  value !== undefined && (typeof value !== 'object' || (Array.isArray(value) && value.length > 0))
