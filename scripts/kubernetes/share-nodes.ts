/** A reference to a shared node by its place in the table. */
interface Reference {
  readonly $node: number
}

/** Nodes shorter than this stand where they are used, because a reference would save nothing. */
const leastSharedLength = 48

/** Values with every repeated part said once. */
export interface SharedTable {
  readonly nodes: readonly unknown[]
  readonly roots: readonly unknown[]
}

/** Says every part that repeats once, so that ten copies of a PodSpec take the room of one. A part refers to earlier nodes only. */
export function shareNodes(roots: readonly unknown[]): SharedTable {
  const uses = new Map<string, number>()
  const count = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const text = JSON.stringify(value)
    const seen = uses.get(text) ?? 0
    uses.set(text, seen + 1)
    // What a repeated part consists of repeats with it, and is counted once only.
    if (seen === 0) Object.values(value).forEach(count)
  }
  roots.forEach(count)

  const nodes: unknown[] = []
  const places = new Map<string, number>()
  const share = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const text = JSON.stringify(value)
    const place = places.get(text)
    if (place !== undefined) return { $node: place } satisfies Reference
    const shared = Array.isArray(value)
      ? value.map(share)
      : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, share(part)]))
    if ((uses.get(text) ?? 0) < 2 || text.length < leastSharedLength) return shared
    places.set(text, nodes.length)
    nodes.push(shared)
    return { $node: nodes.length - 1 } satisfies Reference
  }
  return { roots: roots.map(share), nodes }
}

/** The values that `shareNodes` was given; repeated parts are the same object. */
export function expandNodes({ nodes, roots }: SharedTable): unknown[] {
  const expanded: unknown[] = []
  const expand = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(expand)
    if ('$node' in value) return expanded[Number(value.$node)]
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, expand(part)]))
  }
  for (const node of nodes) expanded.push(expand(node))
  return roots.map(expand)
}
