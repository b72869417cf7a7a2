import type { Definition } from './read-openapi.ts'
import type { ObjectShape, Shape } from './shape.ts'

/**
 * The least part of a definition's fields that an embedded copy has. Copies come from older Kubernetes versions, whose PodSpec
 * lacks the newest fields; what has much less is a thing of its own that happens to share names.
 */
const leastPart = 0.8
/** With fewer fields, equal names say too little. */
const leastFields = 3

/** The kind of value, as far as a copy and its original must agree. */
function outline(shape: Shape): string {
  if (shape.is === 'named') return 'object'
  return shape.is === 'list' ? `list of ${outline(shape.of)}` : shape.is
}

function agrees(copy: ObjectShape, original: ObjectShape): boolean {
  return Object.entries(copy.fields).every(([name, field]) => {
    const other = original.fields[name]
    return other !== undefined && outline(other) === outline(field)
  })
}

/** The definition of the API server that an object of a custom resource is a copy of, such as PodSpec. */
export function findCoreDefinition(
  copy: ObjectShape,
  definitions: ReadonlyMap<string, Definition>,
): string | undefined {
  const fields = Object.keys(copy.fields).length
  if (fields < leastFields || copy.open) return undefined
  let best: string | undefined
  let bestPart = leastPart
  for (const [name, { shape }] of definitions) {
    const part = fields / Object.keys(shape.fields).length
    if (part <= 1 && part >= bestPart && agrees(copy, shape) && (best === undefined || part > bestPart)) {
      best = name
      bestPart = part
    }
  }
  return best
}
