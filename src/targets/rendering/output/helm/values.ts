import { writeYaml } from '../../write-yaml.ts'
import type { Comment } from '../../artifact.ts'

/** A value of the chart: where it stands in values.yaml, what it is at first, and what it may be. */
export interface ChartValue {
  readonly path: readonly string[]
  readonly start: unknown
  /** JSON schema (draft 7, which Helm 3 and 4 read). */
  readonly schema: Schema
  readonly description: string
}

/** The part of JSON schema that values need. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
}

const sections = ['createNamespace', 'labels', 'imagePullSecrets', 'ingress', 'gateway', 'models', 'redis', 'others']

/** The values of a chart, gathered while its templates are written. */
export class ChartValues {
  readonly #values = new Map<string, ChartValue>()

  /**
   * Has a value, and says where it stands. The first that stands there wins: a second place in the objects shares it when it
   * begins alike; else undefined comes back, and the place stays as it is.
   */
  add(value: ChartValue): readonly string[] | undefined {
    const key = value.path.join('\u0000')
    const known = this.#values.get(key)
    if (known === undefined) this.#values.set(key, value)
    return known === undefined || JSON.stringify(known.start) === JSON.stringify(value.start) ? value.path : undefined
  }

  /** What holds for the whole chart first, then the gateway, then models, then the rest. */
  #inOrder(): ChartValue[] {
    const rank = ({ path }: ChartValue) => sections.indexOf(path[0] ?? '')
    return [...this.#values.values()].sort((one, other) => rank(one) - rank(other))
  }

  /** values.yaml, with a comment before each value. */
  text(): string {
    const tree: Tree = {}
    const comments: Comment[] = []
    const said = new Set<string>()
    for (const { path, start, description } of this.#inOrder()) {
      set(tree, path, start)
      // What a model’s image is, is said once and not for every model.
      if (said.has(description)) continue
      said.add(description)
      comments.push({ path, text: description })
    }
    return writeYaml(tree, comments)
  }

  /** values.schema.json: a value that no template reads is a mistake, and Helm says so. */
  schema(): Schema & { readonly $schema: string } {
    const root: SchemaTree = { properties: {} }
    for (const { path, schema, description } of this.#inOrder()) {
      let at = root
      for (const key of path.slice(0, -1)) {
        at.properties[key] ??= { type: 'object', additionalProperties: false, properties: {} }
        at = at.properties[key] as SchemaTree
      }
      at.properties[path.at(-1) ?? ''] = { ...schema, description }
    }
    const global: Schema = { type: 'object', description: 'Values that Helm hands to a chart inside another one.' }
    return {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      additionalProperties: false,
      properties: { ...root.properties, global },
    }
  }
}

interface Tree {
  [key: string]: unknown
}
interface SchemaTree {
  properties: Record<string, Schema>
}

function set(tree: Tree, path: readonly string[], value: unknown): void {
  let at = tree
  for (const key of path.slice(0, -1)) {
    at[key] ??= {}
    at = at[key] as Tree
  }
  at[path.at(-1) ?? ''] = value
}
