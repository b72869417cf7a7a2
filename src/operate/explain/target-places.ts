import { parse } from 'yaml'
import { loadFleet, type FieldDescription, type Fleet, type TargetName } from '../../fleet/index.ts'
import { makePlan } from '../../plan/index.ts'
import { renderers, type Artifact } from '../../targets/index.ts'
import { bases } from './bases.ts'

type Renderer = (typeof renderers)[number]
type Fields = Readonly<Record<string, unknown>>

/** By target, places such as `Deployment spec.template.spec.containers[].command[]`, the most telling first. */
export type TargetPlaces = ReadonlyMap<TargetName, readonly string[]>

/**
 * Where a field shows up in what targets render, found by rendering: Fleets with the field and without it, and what differs.
 * A Fleet that gives it nothing to act on is followed by another one. Takes some tenths of a second.
 */
export function targetPlaces({ path, example }: Pick<FieldDescription, 'path' | 'example'>): TargetPlaces {
  const written = parse(example) as Fields
  const keys = path.split('.')
  // What cannot be left out alone is left out with what holds it.
  const besides = keys.map((_, index) => withoutField(written, keys.slice(0, keys.length - index)))
  const pairs = bases.flatMap((base) => {
    const having = fleetOf(merged(base, written))
    const lacking = firstOf(besides, (fields) => fleetOf(merged(base, fields)))
    return having === undefined || lacking === undefined ? [] : [{ having, lacking }]
  })
  return new Map(
    renderers.map((renderer) => {
      for (const { having, lacking } of pairs) {
        const places = differences(leavesOf(renderer, lacking), leavesOf(renderer, having))
        if (places.length > 0) return [renderer.name, places]
      }
      return [renderer.name, []]
    }),
  )
}

function firstOf<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** Undefined for what is no Fleet. */
const fleetOf = (fields: Fields): Fleet | undefined =>
  loadFleet(JSON.stringify(fields), { file: 'fleet.yaml', purpose: 'kubernetes' }).fleet

/** `over` laid over `under`: maps by key, lists by place. */
function merged<Value>(under: Value, over: unknown): Value
function merged(under: unknown, over: unknown): unknown {
  if (Array.isArray(under) && Array.isArray(over)) {
    const length = Math.max(under.length, over.length)
    return Array.from({ length }, (_, index) => (index in over ? merged(under[index], over[index]) : under[index]))
  }
  if (!isFields(under) || !isFields(over)) return over
  const both = Object.entries(over).map(([key, value]) => [key, key in under ? merged(under[key], value) : value])
  return { ...under, ...Object.fromEntries(both) }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Fields without the one at a path, whose keys end in `[]` where it goes through the first entry of a list. */
function withoutField(value: unknown, [key = '', ...rest]: readonly string[]): Fields {
  if (!isFields(value)) return {}
  const name = key.replace('[]', '')
  const { [name]: below, ...others } = value
  if (rest.length === 0) return others
  const inner = withoutField(Array.isArray(below) ? below[0] : below, rest)
  return { ...others, [name]: Array.isArray(below) ? [inner] : inner }
}

/** Every value of what a target renders, by its place: the file or the object, then keys. */
function leavesOf(renderer: Renderer, fleet: Fleet): ReadonlyMap<string, string> {
  const options = { version: '0.0.0', fleetText: '', overrides: {}, gateway: true }
  const { artifacts } = renderer.render(makePlan(fleet, { target: renderer.name }), options)
  const leaves = new Map<string, string>()
  const add = (place: string, value: unknown): void => {
    if (Array.isArray(value)) for (const entry of value) add(`${place}[]`, entry)
    else if (isFields(value)) for (const [name, below] of Object.entries(value)) add(`${place}${between}${name}`, below)
    // Entries of a list share their place.
    else leaves.set(place, `${leaves.get(place) ?? ''}\n${String(value)}`)
  }
  for (const artifact of artifacts) add(nameOf(artifact), valueOf(artifact))
  return leaves
}

/** Between the keys of a place; keys have dots. */
const between = '\0'

const nameOf = (artifact: Artifact): string =>
  artifact.kind === 'object' ? `${artifact.object.kind}/${artifact.object.metadata.name}` : artifact.path

function valueOf(artifact: Artifact): unknown {
  if (artifact.kind === 'object') return artifact.object
  return artifact.kind === 'document' ? artifact.value : artifact.text
}

/** Places whose values differ, as people write them; of what is there only once, the highest. */
function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const [then, now] = [ancestorsOf(before), ancestorsOf(after)]
  const all = [...new Set([...before.keys(), ...after.keys()])]
  const changed = all
    .filter((place) => before.get(place) !== after.get(place))
    .map((place) => chainOf(place).find((above) => !then.has(above) || !now.has(above)) ?? place)
  return [...new Set(changed.map(shown))].toSorted(byTelling)
}

/** Changed values before whole objects, the shorter first. */
const byTelling = (a: string, b: string): number =>
  Number(b.includes(' ')) - Number(a.includes(' ')) || a.length - b.length || (a < b ? -1 : 1)

/** A place and all that it lies in, from the top. */
function chainOf(place: string): string[] {
  const keys = place.split(between)
  return keys.map((_, index) => keys.slice(0, index + 1).join(between))
}

const ancestorsOf = (leaves: ReadonlyMap<string, string>): ReadonlySet<string> =>
  new Set([...leaves.keys()].flatMap(chainOf))

/** `Deployment spec.template.spec.containers[].command`: the kind of an object for its name, one word for any service. */
function shown(place: string): string {
  const [file = '', ...keys] = place.split(between)
  const path = keys.join('.').replace(/^services\.[^.]+/, 'services.*')
  return [file.replace(/^([A-Z]\w*)\/.*$/, '$1'), path].filter((part) => part !== '').join(' ')
}
