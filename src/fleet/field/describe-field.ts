import { actorsOf, type Actor } from '../activity/actors.ts'
import { variableWord } from '../environment/variable-names.ts'
import { expectation } from '../explain/expectation.ts'
import type { SchemaNode } from '../schema-node.ts'
import { exampleText, exampleValue } from './example-of.ts'
import { allFields, findField, overriddenField, type FoundField } from './find-field.ts'

/** Everything that is known of a field of the Fleet file. */
export interface FieldDescription {
  /** Such as `models[].context`. */
  readonly path: string
  /** What it takes, in words. */
  readonly type: string
  /** `tokens`, `bytes`, `duration` or `cpus`, when it is an amount. */
  readonly unit?: string
  /** Whether a Fleet must say it, where what holds it is written. */
  readonly required: boolean
  /** Its default as it would be written; absent when there is none. */
  readonly default?: unknown
  /** What it does. */
  readonly effect: string
  /** The values that it takes, where they can be listed. */
  readonly allowed?: readonly string[]
  /** A value as a person would write it. */
  readonly exampleValue: unknown
  /** The same in its place in a Fleet file. */
  readonly example: string
  /** What acts on it today; empty when nothing does. */
  readonly actedOnBy: readonly Pick<Actor, 'name' | 'title' | 'target'>[]
  /** Whether something acts on it when the Fleet runs on target local. */
  readonly active: boolean
  /** The field of the Fleet that this one overrides for a model; what is not written comes from there. */
  readonly overrides?: string
  /** The field of a model that overrides it there. */
  readonly overriddenBy?: string
  /** The variable that sets it, with `<NAME>` for the entry of a list. */
  readonly variable: string
  /** The fields right below it. */
  readonly children: readonly { readonly path: string; readonly type: string; readonly effect: string }[]
}

/** The field that a person names, in any of the usual spellings of its path; undefined when there is none. */
export function describeField(text: string): FieldDescription | undefined {
  const field = findField(text)
  return field === undefined || field.path === '' ? undefined : describe(field)
}

function describe({ path, node, isRequired }: FoundField): FieldDescription {
  const value = exampleValue(path, node)
  const unit = node['x-fairlead-kind']
  const overriding = overridingPath(path)
  const overridden = overriddenField(path)
  const actors = actorsOf(path)
  return {
    path,
    type: typeInWords(node),
    ...(unit === undefined || unit === 'secret' ? {} : { unit }),
    required: isRequired,
    ...(node.default === undefined || isEmpty(node.default) ? {} : { default: node.default }),
    effect: node.description ?? '',
    ...allowedValues(node),
    exampleValue: value,
    example: exampleText(path, value),
    actedOnBy: actors.map(({ name, title, target, engines }) => ({
      name,
      ...(target === undefined ? {} : { target }),
      title: engines === undefined ? title : `${title} (${engines.join(', ')})`,
    })),
    active: actors.some(({ runs }) => runs),
    ...(overridden === undefined ? {} : { overrides: overridden.path }),
    ...(overriding === undefined ? {} : { overriddenBy: overriding }),
    variable: variableOf(path),
    children: childrenOf(path, node),
  }
}

/** What a field takes, in words that stand alone. */
export function typeInWords(node: SchemaNode): string {
  if (node['x-fairlead-kind'] === 'secret') return 'a secret: one of env, file, secretRef'
  if (node.type !== 'array') return expectation(node)
  const items = node.items ?? {}
  return items.properties === undefined ? `a list; each entry ${expectation(items)}` : 'a list of maps'
}

/** A map's or a list's default that says nothing by itself. */
const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0

function allowedValues(node: SchemaNode): { allowed?: readonly string[] } {
  const values = node.enum ?? (node.type === 'array' ? node.items?.enum : undefined)
  if (values !== undefined) return { allowed: values }
  return node.type === 'boolean' ? { allowed: ['true', 'false'] } : {}
}

/** `gateway.deadlines.ttft` → `models[].deadlines.ttft`, where models have that section. */
function overridingPath(path: string): string | undefined {
  for (const { path: section, node } of allFields().values()) {
    const from = node['x-fairlead-overrides']
    if (from === undefined) continue
    if (path === from) return section
    if (path.startsWith(`${from}.`) || path.startsWith(`${from}[`)) return `${section}${path.slice(from.length)}`
  }
  return undefined
}

const variableOf = (path: string) =>
  `FAIRLEAD_${path
    .split('.')
    .map((step) => (step.endsWith('[]') ? `${variableWord(step.slice(0, -2))}_<NAME>` : variableWord(step)))
    .join('_')}`

function childrenOf(path: string, node: SchemaNode): FieldDescription['children'] {
  const inner = node.type === 'array' ? (node.items ?? {}) : node
  const prefix = `${path}${node.type === 'array' ? '[]' : ''}.`
  return Object.entries(inner.properties ?? {}).map(([name, field]) => ({
    path: `${prefix}${name}`,
    type: typeInWords(field),
    effect: field.description ?? '',
  }))
}
