import type { FieldPath } from '../diagnostic.ts'
import { fleetDocument, type FleetDocument } from '../schema/fleet-document.ts'

/** Rounds of taking wrong fields out; each removes at least one level, and a Fleet has fewer. */
const maxRounds = 8

/** The Fleet without its wrong fields, so that the rest can still be checked; undefined when too little is left. */
export function salvage(document: unknown): FleetDocument | undefined {
  const rest = structuredClone(document)
  for (let round = 0; round < maxRounds; round += 1) {
    const result = fleetDocument.safeParse(rest)
    if (result.success) return result.data
    for (const issue of result.error.issues) {
      const path = issue.path.filter((step) => typeof step !== 'symbol')
      if (issue.code !== 'unrecognized_keys') takeOut(rest, path)
      else for (const key of issue.keys) takeOut(rest, path.concat(key))
    }
  }
  return undefined
}

/** Removes the value at a path; where there is none, what would hold it. Models keep their places and get a stand-in name. */
function takeOut(document: unknown, path: FieldPath): void {
  const last = path.at(-1)
  if (last === undefined) return
  const holder = valueAt(document, path.slice(0, -1))
  const standIn = standInFor(path)
  if (typeof holder !== 'object' || holder === null) takeOut(document, path.slice(0, -1))
  else if (standIn !== undefined) (holder as Record<string | number, unknown>)[last] = standIn
  else if (typeof last === 'number' || !Object.hasOwn(holder, last)) takeOut(document, path.slice(0, -1))
  else delete (holder as Record<string, unknown>)[last]
}

function standInFor(path: FieldPath): unknown {
  const [section, index, field] = path
  if (path.length === 1 && section === 'name') return 'stand-in'
  if (path.length === 1 && section === 'models') return [standInModel(0)]
  if (section !== 'models' || typeof index !== 'number') return undefined
  if (path.length === 2) return standInModel(index)
  return path.length === 3 && field === 'name' ? standInModel(index).name : undefined
}

const standInModel = (index: number) => ({ name: `stand-in-${index}`, engine: 'simulated' })

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(document: unknown, path: FieldPath): unknown {
  let value: unknown = document
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}
