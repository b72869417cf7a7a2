/**
 * Writes test/cluster/crds/crds.json from the upstream files of the custom resource definitions that Fairlead renders for:
 * `node scripts/kubernetes/update-crds.ts FOLDER`, where FOLDER/<name>/ holds the files of each source in sources.json.
 * Descriptions and printer columns are left out; everything that the API server judges by stays.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { shareNodes } from './share-nodes.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('expected the folder that holds the upstream files')

const store = join(import.meta.dirname, '..', '..', 'test', 'cluster', 'crds')

interface Source {
  readonly name: string
  readonly kinds: readonly string[]
}

interface Version {
  readonly served: boolean
  readonly storage: boolean
  readonly schema: unknown
}

interface Definition {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly scope: string
    readonly versions: readonly Version[]
  }
}

/** The annotation by which the API server lets a group of the Kubernetes project be defined. */
const approval = 'api-approved.kubernetes.io'

/** What only people read. */
const prose = new Set(['description', 'example', 'externalDocs', 'additionalPrinterColumns'])

/** A schema without what only people read. `isNames` says that the keys are names of fields. */
function withoutProse(node: unknown, isNames = false): unknown {
  if (Array.isArray(node)) return node.map((item) => withoutProse(item))
  if (typeof node !== 'object' || node === null) return node
  const kept = Object.entries(node).filter(([key]) => isNames || !prose.has(key))
  const parts = kept.map(([key, value]) => {
    const isData = !isNames && (key === 'default' || key === 'enum')
    return [key, isData ? value : withoutProse(value, !isNames && key === 'properties')]
  })
  return Object.fromEntries(parts)
}

/** The version that objects are stored in, and those that differ from it in name only. Older ones would double the size. */
function versionsToKeep(versions: readonly Version[]): readonly Version[] {
  const text = ({ schema }: Version) => JSON.stringify(withoutProse(schema))
  const kept = versions.find(({ storage }) => storage)
  return versions.filter((version) => version.served && kept !== undefined && text(version) === text(kept))
}

function slim(source: string, { metadata, spec }: Definition) {
  const { group, names, scope } = spec
  const approved = metadata.annotations?.[approval]
  const versions = versionsToKeep(spec.versions).map((version) => withoutProse(version))
  const annotations = approved === undefined ? {} : { annotations: { [approval]: approved } }
  return { source, metadata: { name: metadata.name, ...annotations }, spec: { group, names, scope, versions } }
}

const sources = JSON.parse(readFileSync(join(store, 'sources.json'), 'utf8')) as readonly Source[]
const definitions = sources.flatMap(({ name, kinds }) => {
  const files = globSync(join(folder, name, '*.{yaml,yml}')).sort()
  const read = files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8')).map((each) => each.toJS() as Definition | null),
  )
  return kinds.map((kind) => {
    const found = read.find((definition) => definition?.spec?.names.kind === kind)
    if (!found) throw new Error(`${join(folder, name)} has no definition of ${kind}`)
    return slim(name, found)
  })
})

const { nodes, roots } = shareNodes(definitions)
const lines = (items: readonly unknown[]) => items.map((item) => `    ${JSON.stringify(item)}`).join(',\n')
const note = 'Written by scripts/kubernetes/update-crds.ts; a part that repeats stands in nodes once.'
writeFileSync(
  join(store, 'crds.json'),
  `{\n  "note": ${JSON.stringify(note)},\n  "nodes": [\n${lines(nodes)}\n  ],\n  "roots": [\n${lines(roots)}\n  ]\n}\n`,
)
process.stdout.write(`Wrote ${definitions.length} definitions.\n`)
