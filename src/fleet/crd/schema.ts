import type { JsonSchema } from '../json-schema.ts'
import { fleetSchemaNode, type SchemaNode } from '../schema-node.ts'
import { patterns, rulesAt, type FleetRule } from './rules.ts'
import { fleetStatusSchema } from './status.ts'
import { unitRule } from './unit-rules.ts'

/**
 * The structural OpenAPI v3 schema of the Fleet custom resource: `spec` is the short form without `name`, which is
 * `metadata.name` there. Rules: kubernetes.io, “Extend the Kubernetes API with CustomResourceDefinitions”, section
 * “Specifying a structural schema”.
 *
 * Defaults stand in the descriptions only. An API server that filled them in would keep those of the version that stored the
 * Fleet, and nobody could tell a number of replicas that a person wrote from one that is left to the autoscaler.
 */
export function fleetCrdSchema(): JsonSchema {
  const { name, version: _, ...properties } = fleetSchemaNode().properties ?? {}
  return {
    description: 'Which models are served, on what, for whom.',
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', maxLength: 253 },
      kind: { type: 'string', maxLength: 63 },
      metadata: { type: 'object', properties: name === undefined ? {} : { name: structural(name, 'name') } },
      spec: structural({ type: 'object', description: 'The Fleet.', properties, required: ['models'] }, ''),
      status: fleetStatusSchema,
    },
  }
}

/** A node of the Fleet schema in the keywords that a structural schema may use, with the rules for its place. */
function structural(node: SchemaNode, path: string): JsonSchema {
  const description = [node.description, defaultInWords(node.default)].filter((text) => text !== undefined).join(' ')
  const rules = [...rulesAt(path, node), ...unitRule(node)]
  return {
    ...(description === '' ? {} : { description }),
    ...shape(node, path),
    ...(rules.length === 0 ? {} : { 'x-kubernetes-validations': rules.map(validation) }),
  }
}

function shape(node: SchemaNode, path: string): JsonSchema {
  if (node.anyOf !== undefined) return { 'x-kubernetes-int-or-string': true, maxLength: longest(node.anyOf) }
  if (node.type === 'object') return structuralObject(node, path)
  if (node.type === 'array') return structuralList(node, path)
  const pattern = patterns[path]
  return { ...bounds(node), ...(pattern === undefined ? {} : { pattern }) }
}

/** Fields, or a map of texts: an object has one or the other, and the API server drops unknown fields itself. */
function structuralObject(node: SchemaNode, path: string): JsonSchema {
  if (typeof node.additionalProperties === 'object') {
    const additionalProperties = structural(node.additionalProperties, `${path}.*`)
    return { type: 'object', maxProperties: node.maxProperties, additionalProperties }
  }
  const below = (name: string) => (path === '' ? name : `${path}.${name}`)
  const fields = Object.entries(node.properties ?? {}).map(([name, field]) => [name, structural(field, below(name))])
  const required = node.required === undefined || node.required.length === 0 ? {} : { required: node.required }
  return { type: 'object', ...required, properties: Object.fromEntries(fields) }
}

/** Lists of names that mean the same twice as once. */
const sets = new Set(['models[].aliases', 'models[].roles'])

/** A list of things with a name is merged by that name, so that several writers may each own entries. */
function structuralList(node: SchemaNode, path: string): JsonSchema {
  const items = node.items ?? {}
  const isNamed = items.required?.includes('name') === true
  const keys = isNamed ? { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] } : {}
  const set = sets.has(path) ? { 'x-kubernetes-list-type': 'set' } : {}
  const minItems = node.minItems === undefined ? {} : { minItems: node.minItems }
  const inner = structural(items, `${path}[]`)
  return { type: 'array', ...minItems, maxItems: node.maxItems, ...keys, ...set, items: inner }
}

const boundKeywords = ['type', 'enum', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'] as const

function bounds(node: SchemaNode): JsonSchema {
  return Object.fromEntries(boundKeywords.flatMap((key) => (node[key] === undefined ? [] : [[key, node[key]]])))
}

const longest = (nodes: readonly SchemaNode[]) => Math.max(...nodes.map(({ maxLength = 0 }) => maxLength))

/** Sections default to their fields’ defaults, which say themselves. */
function defaultInWords(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : `Default: ${value.join(', ')}.`
  return typeof value === 'object' ? undefined : `Default: ${String(value)}.`
}

/** A rule in the words of the API server. */
const validation = ({ rule, message, field }: Omit<FleetRule, 'at'>): JsonSchema => ({
  rule,
  message,
  ...(field === undefined ? {} : { fieldPath: `.${field}` }),
})
