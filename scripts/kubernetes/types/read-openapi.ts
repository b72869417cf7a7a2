import type { KindEntry } from './kinds.ts'
import { collectionOf, definitionOf, documentPath, newestVersion, type OpenApiDocument } from './openapi-document.ts'
import { readProperties, readSchema, type Dialect, type JsonSchema } from './read-schema.ts'
import type { KindShape, ObjectShape, Shape } from './shape.ts'
import { partsOf, shortNames } from './short-names.ts'

/** A definition that kinds share, such as PodSpec. */
export interface Definition {
  /** Such as `core` or `meta`. */
  readonly group: string
  readonly shape: ObjectShape
}

/** The kinds of the API server, and the definitions that they refer to, by short name. */
export interface CoreSchemas {
  readonly kinds: readonly KindShape[]
  readonly definitions: ReadonlyMap<string, Definition>
}

/** Definitions that have a form of their own in JSON. */
const special: Readonly<Record<string, Shape>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { is: 'quantity' },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { is: 'int-or-string' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': { is: 'map', of: { is: 'any' } },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': { is: 'any' },
}

/** Reads definitions as they are referred to. */
class DefinitionReader implements Dialect {
  readonly isOpenWithoutProperties = true
  /** By full name. */
  readonly shapes = new Map<string, ObjectShape>()
  readonly #schemas = new Map<string, JsonSchema>()

  constructor(documents: Iterable<OpenApiDocument>) {
    for (const { components } of documents) {
      for (const [name, schema] of Object.entries(components.schemas ?? {})) this.#schemas.set(name, schema)
    }
  }

  resolve(reference: string): JsonSchema | undefined {
    return this.#schemas.get(reference.slice(reference.lastIndexOf('/') + 1))
  }

  named(reference: string): Shape {
    const name = reference.slice(reference.lastIndexOf('/') + 1)
    const found = special[name]
    if (found !== undefined) return found
    const schema = this.#schemas.get(name)
    if (schema === undefined) throw new Error(`no definition of ${name}`)
    if (schema.properties === undefined) return readSchema(schema, this)
    this.read(name, schema)
    return { is: 'named', name }
  }

  read(name: string, schema = this.#schemas.get(name) ?? {}): ObjectShape {
    const known = this.shapes.get(name)
    if (known !== undefined) return known
    // The name is known before its fields are read, because a definition may refer to itself.
    this.shapes.set(name, { is: 'object', fields: {}, required: [] })
    const shape = readProperties(schema, this)
    this.shapes.set(name, shape)
    return shape
  }
}

/** A shape with its references renamed. */
function renamed<Any extends Shape>(shape: Any, names: ReadonlyMap<string, string>): Any {
  switch (shape.is) {
    case 'named':
      return { ...shape, name: names.get(shape.name) ?? shape.name }
    case 'list':
    case 'map':
      return { ...shape, of: renamed(shape.of, names) }
    case 'object': {
      const fields = Object.entries(shape.fields).map(([name, field]) => [name, renamed(field, names)])
      return { ...shape, fields: Object.fromEntries(fields) as ObjectShape['fields'] }
    }
    default:
      return shape
  }
}

/** Reads kinds from the documents of an API server, by path such as `apis/apps/v1`, with all that they refer to. */
export function readOpenApi(
  documents: ReadonlyMap<string, OpenApiDocument>,
  entries: readonly KindEntry[],
): CoreSchemas {
  const reader = new DefinitionReader(documents.values())
  const roots = new Map<string, Omit<KindShape, 'shape'>>()
  for (const entry of entries) {
    const { group, kind, typeName = kind } = entry
    const version = entry.version ?? newestVersion(documents, group)
    const document = documents.get(documentPath(group, version))
    if (document === undefined) throw new Error(`the server does not serve ${group}/${version}`)
    const name = definitionOf(document, version, entry)
    reader.read(name)
    roots.set(name, { group, version, kind, typeName, ...collectionOf(document, entry) })
  }

  const names = shortNames([...reader.shapes.keys()])
  const definitions = new Map<string, Definition>()
  for (const [name, shape] of [...reader.shapes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const definition = { group: partsOf(name).group, shape: renamed(shape, names) }
    if (!roots.has(name)) definitions.set(names.get(name) ?? name, definition)
  }
  const kinds: KindShape[] = []
  for (const [name, root] of roots) kinds.push({ ...root, shape: renamed(reader.read(name), names) })
  return { kinds, definitions }
}
