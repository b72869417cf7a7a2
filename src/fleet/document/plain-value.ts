import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Node, type Pair } from 'yaml'
import { formatPath, type FieldPath, type Problem } from '../diagnostic.ts'

/** Levels that a Fleet may have; the schema’s own depth is below 10. */
const maxDepth = 32
/** Values that a Fleet may hold once aliases are expanded. */
const maxValues = 200_000

/** Where a field stands in the text, as offsets. */
export interface Place {
  readonly key: number
  readonly value: number
  readonly end: number
}

/** A document as plain data, and where each field of it stands. */
export interface PlainDocument {
  readonly value: unknown
  readonly places: ReadonlyMap<string, Place>
  readonly problems: readonly Problem[]
}

/** Signals that a bound was met; nothing of the document is used then. */
class BoundExceeded extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

/** Turns a YAML document into plain data; aliases are expanded within bounds, duplicate fields reported. */
export function plainValue(document: Document): PlainDocument {
  const walk = new Walk()
  try {
    const value = walk.valueOf(document.contents, [], 0)
    return { value, places: walk.places, problems: walk.problems }
  } catch (error) {
    if (error instanceof BoundExceeded) return { value: undefined, places: walk.places, problems: [error.problem] }
    throw error
  }
}

/** One pass over a document. */
class Walk {
  readonly places = new Map<string, Place>()
  readonly problems: Problem[] = []
  readonly #anchors = new Map<string, Node>()
  /** What each alias stood for when it was first met: the anchor may be defined anew later. */
  readonly #targets = new Map<Alias, Node>()
  readonly #open = new Set<Node>()
  #values = 0

  valueOf(node: Node | null, path: FieldPath, key: number): unknown {
    const start = node?.range?.[0] ?? key
    this.places.set(formatPath(path), { key, value: start, end: node?.range?.[1] ?? start })
    this.#values += 1
    if (this.#values > maxValues) {
      const problem = 'the file holds too many values once its aliases are expanded'
      throw new BoundExceeded({ path: [], message: problem, suggestion: 'write fewer aliases (*)', offset: start })
    }
    if (path.length > maxDepth) {
      const problem = `nested deeper than ${maxDepth} levels`
      throw new BoundExceeded({
        path: [],
        message: problem,
        suggestion: 'a Fleet is at most a dozen levels deep',
        offset: start,
      })
    }
    if (node === null) return null
    if (isAlias(node)) return this.#aliased(node, path, key)
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node)
    if (isScalar(node)) return node.value
    this.#open.add(node)
    try {
      if (isSeq(node))
        return node.items.map((item, index) => this.valueOf(item as Node, [...path, index], offsetOf(item, start)))
      if (isMap(node)) return this.#fields(node.items as Pair<Node | null, Node | null>[], path, start)
    } finally {
      this.#open.delete(node)
    }
    return null
  }

  #aliased(alias: Alias, path: FieldPath, key: number): unknown {
    const start = alias.range?.[0] ?? key
    const target = this.#targets.get(alias) ?? this.#anchors.get(alias.source)
    if (target === undefined || this.#open.has(target)) {
      const what =
        target === undefined ? `no anchor &${alias.source} stands before this alias` : 'this alias contains itself'
      throw new BoundExceeded({ path: [], message: what, suggestion: 'write the value out in full', offset: start })
    }
    this.#targets.set(alias, target)
    return this.valueOf(target, path, key)
  }

  #fields(pairs: readonly Pair<Node | null, Node | null>[], path: FieldPath, start: number): Record<string, unknown> {
    const fields = Object.create(null) as Record<string, unknown>
    for (const pair of pairs) {
      const offset = offsetOf(pair.key, offsetOf(pair.value, start))
      const name = isScalar(pair.key) && pair.key.value !== null ? String(pair.key.value) : undefined
      if (name === undefined) {
        const suggestion = 'write it as `name: value`; put a name with { [ or * in quotes'
        this.problems.push({ path, message: 'a field needs a plain name', suggestion, offset })
        continue
      }
      const fieldPath = [...path, name]
      if (Object.hasOwn(fields, name)) {
        this.problems.push({
          path: fieldPath,
          message: 'this field stands here twice',
          suggestion: 'remove one of the two',
          offset,
        })
        continue
      }
      fields[name] = this.valueOf(pair.value, fieldPath, offset)
    }
    return fields
  }
}

function offsetOf(node: unknown, otherwise: number): number {
  const range = (node as Node | null)?.range
  return range?.[0] ?? otherwise
}
