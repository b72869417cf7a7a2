import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../index.ts'
import { rulePaths } from './rules.ts'
import { fleetCrdSchema } from './schema.ts'

/** Every node of the schema with its path. */
function nodes(schema: JsonSchema, path = 'fleet'): { readonly path: string; readonly node: JsonSchema }[] {
  const { properties, items, additionalProperties } = schema as {
    properties?: Record<string, JsonSchema>
    items?: JsonSchema
    additionalProperties?: JsonSchema
  }
  return [
    { path, node: schema },
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) => nodes(inner, `${path}.${name}`)),
    ...(items === undefined ? [] : nodes(items, `${path}[]`)),
    ...(additionalProperties === undefined ? [] : nodes(additionalProperties, `${path}.*`)),
  ]
}
const all = nodes(fleetCrdSchema())
const allowed = new Set([
  'type',
  'description',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'enum',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'maxProperties',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-validations',
])
const broken = (isBroken: (node: JsonSchema) => boolean) =>
  all.filter(({ node }) => isBroken(node)).map(({ path }) => path)
const isObject = (node: JsonSchema) => node['type'] === 'object'

describe('fleetCrdSchema is structural, so that an API server accepts the CRD', () => {
  it('uses only keywords that a structural schema may hold', () => {
    expect(all.length).toBeGreaterThan(300)
    expect(broken((node) => Object.keys(node).some((key) => !allowed.has(key)))).toEqual([])
    expect(broken((node) => Object.values(node).includes(undefined))).toEqual([])
  })

  it('gives every node a type, or int-or-string', () => {
    expect(broken((node) => (node['type'] === undefined) !== (node['x-kubernetes-int-or-string'] === true))).toEqual([])
  })

  it('bounds every list, map and text', () => {
    expect(broken((node) => node['type'] === 'array' && typeof node['maxItems'] !== 'number')).toEqual([])
    expect(
      broken((node) => node['additionalProperties'] !== undefined && typeof node['maxProperties'] !== 'number'),
    ).toEqual([])
    expect(
      broken((node) => node['type'] === 'string' && node['maxLength'] === undefined && node['enum'] === undefined),
    ).toEqual([])
  })

  it('gives an object fields or a map, never both, and never neither', () => {
    expect(broken((node) => isObject(node) && 'properties' in node && 'additionalProperties' in node)).toEqual([])
    expect(
      all
        .filter(({ node }) => isObject(node) && !('properties' in node) && !('additionalProperties' in node))
        .map(({ path }) => path),
    ).toEqual([])
  })

  it('merges lists of named things by name', () => {
    const keyed = all.filter(({ node }) => node['x-kubernetes-list-type'] === 'map').map(({ path }) => path)
    expect(keyed).toEqual(
      expect.arrayContaining([
        'fleet.spec.models',
        'fleet.spec.access.keys',
        'fleet.spec.models[].env',
        'fleet.spec.experiments',
      ]),
    )
    for (const { node } of all) {
      if (node['x-kubernetes-list-type'] !== 'map') continue
      const items = node['items'] as { required: string[]; properties: Record<string, JsonSchema> }
      for (const key of node['x-kubernetes-list-map-keys'] as string[]) expect(items.required).toContain(key)
    }
  })

  it('says defaults in words only, so that a stored Fleet is the one that was written', () => {
    const { properties } = fleetCrdSchema() as { properties: Record<string, JsonSchema> }
    const said = nodes(properties['spec'] ?? {}).filter(({ node }) => String(node['description']).includes('Default: '))
    expect(said.length).toBeGreaterThan(100)
  })

  it('has a rule wherever one is written, so that none is lost when a field moves', () => {
    const withRules = all.filter(({ node }) => node['x-kubernetes-validations'] !== undefined).map(({ path }) => path)
    expect(withRules).toEqual(
      expect.arrayContaining([...rulePaths].map((path) => `fleet.spec${path === '' ? '' : `.${path}`}`)),
    )
  })

  it('keeps the name where Kubernetes has it', () => {
    const { properties } = fleetCrdSchema() as { properties: Record<string, JsonSchema> }
    expect(Object.keys(properties)).toEqual(['apiVersion', 'kind', 'metadata', 'spec', 'status'])
    expect(Object.keys(properties['spec']?.['properties'] as object)).not.toContain('name')
  })
})
