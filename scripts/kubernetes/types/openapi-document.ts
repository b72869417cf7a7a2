import type { KindEntry } from './kinds.ts'
import type { JsonSchema } from './read-schema.ts'

/** A group, version and kind. */
interface ServedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** The schema of a kind says which kinds it is of. */
export type KindSchema = JsonSchema & { readonly 'x-kubernetes-group-version-kind'?: readonly ServedKind[] }

/** An operation says the kind that it takes. */
interface Operation {
  readonly 'x-kubernetes-group-version-kind'?: ServedKind
}

/** A document below /openapi/v3, such as that of `apis/apps/v1`. */
export interface OpenApiDocument {
  readonly components: { readonly schemas?: Readonly<Record<string, KindSchema>> }
  readonly paths: Readonly<Record<string, { readonly post?: Operation }>>
}

/** The path of a document below /openapi/v3. */
export const documentPath = (group: string, version: string) =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`

/** The newest stable version of a group that the documents have. */
export function newestVersion(documents: ReadonlyMap<string, OpenApiDocument>, group: string): string {
  const prefix = documentPath(group, 'v')
  const numbers = [...documents.keys()]
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .filter((number) => /^\d+$/.test(number))
    .map(Number)
  if (numbers.length === 0) throw new Error(`the server serves no stable version of ${group}`)
  return `v${Math.max(...numbers)}`
}

/** The name of the definition that describes a kind. */
export function definitionOf(document: OpenApiDocument, version: string, { group, kind }: KindEntry): string {
  const isIt = (served: ServedKind) => served.kind === kind && served.group === group && served.version === version
  const found = Object.entries(document.components.schemas ?? {}).find(
    ([, schema]) => schema['x-kubernetes-group-version-kind']?.some(isIt) === true,
  )
  if (found === undefined) throw new Error(`no schema of ${group}/${version} ${kind}`)
  return found[0]
}

/** Where objects of a kind are posted to: the plural in the path, and whether a namespace stands before it. */
export function collectionOf(document: OpenApiDocument, { group, kind }: KindEntry) {
  for (const [path, { post }] of Object.entries(document.paths)) {
    const served = post?.['x-kubernetes-group-version-kind']
    const collection = /\/(namespaces\/\{namespace\}\/)?([a-z]+)$/.exec(path)
    if (served?.kind === kind && served.group === group && collection !== null) {
      return { isNamespaced: collection[1] !== undefined, plural: collection[2] ?? '' }
    }
  }
  throw new Error(`no path takes ${kind}`)
}
