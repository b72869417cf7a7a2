import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expandNodes, type SharedTable } from '../share-nodes.ts'
import type { KindEntry } from './kinds.ts'
import { readProperties, type Dialect, type JsonSchema } from './read-schema.ts'
import type { KindShape } from './shape.ts'

/** A definition as test/cluster/crds keeps it. */
export interface CustomDefinition {
  readonly source: string
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string; readonly plural: string }
    readonly scope: 'Namespaced' | 'Cluster'
    readonly versions: readonly {
      readonly name: string
      readonly storage: boolean
      readonly schema: { readonly openAPIV3Schema: JsonSchema }
    }[]
  }
}

const file = join(import.meta.dirname, '..', '..', '..', 'test', 'cluster', 'crds', 'crds.json')

/** The definitions that the API server of the tests is given. */
export function readDefinitions(): readonly CustomDefinition[] {
  return expandNodes(JSON.parse(readFileSync(file, 'utf8')) as SharedTable) as CustomDefinition[]
}

const dialect: Dialect = {
  named: (reference) => {
    throw new Error(`a custom resource definition has no references: ${reference}`)
  },
  resolve: () => undefined,
  isOpenWithoutProperties: false,
}

/** The version in which objects of a kind are written. */
function writtenVersion({ spec }: CustomDefinition, entry: KindEntry) {
  const isWritten = ({ name, storage }: { name: string; storage: boolean }) =>
    entry.version === undefined ? storage : name === entry.version
  const version = spec.versions.find(isWritten)
  if (version === undefined) throw new Error(`${entry.kind} has no version ${entry.version ?? 'for storage'}`)
  return version
}

/** The schemas of these kinds. Their metadata is that of the API server's own objects. */
export function readCustomKinds(kinds: readonly KindEntry[], definitions: readonly CustomDefinition[]): KindShape[] {
  return kinds.map((entry) => {
    const { group, kind } = entry
    const definition = definitions.find(({ spec }) => spec.group === group && spec.names.kind === kind)
    if (definition === undefined) throw new Error(`no definition of ${group} ${kind}`)
    const version = writtenVersion(definition, entry)
    const read = readProperties(version.schema.openAPIV3Schema, dialect)
    const shape = { ...read, fields: { ...read.fields, metadata: { is: 'named', name: 'ObjectMeta' } as const } }
    return {
      group,
      version: version.name,
      kind,
      typeName: entry.typeName ?? kind,
      plural: definition.spec.names.plural,
      isNamespaced: definition.spec.scope === 'Namespaced',
      shape,
    }
  })
}
