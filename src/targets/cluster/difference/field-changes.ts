import type { KubernetesObject } from '../../../kubernetes/index.ts'
import type { ItemStep, Step } from './field-path.ts'

/** A field that two states of an object have otherwise. */
export interface Difference {
  readonly steps: readonly Step[]
  /** Undefined where it is not there. */
  readonly before: unknown
  readonly after: unknown
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const nameOf = (item: unknown) => (isFields(item) && typeof item['name'] === 'string' ? item['name'] : undefined)

/** Items by name where every one has a name of its own, else by place. */
function itemsOf(list: readonly unknown[], byName: boolean): Map<string, ItemStep> {
  return new Map(
    list.map((item, index) => {
      const label = byName ? (nameOf(item) ?? String(index)) : String(index)
      return [label, { label, item }]
    }),
  )
}

const haveNames = (list: readonly unknown[]) =>
  new Set(list.map(nameOf)).size === list.length && list.every((item) => nameOf(item) !== undefined)

/** Whether two values say the same, whatever the order of their keys. */
export function isSame(before: unknown, after: unknown): boolean {
  if (Object.is(before, after)) return true
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && before.every((item, index) => isSame(item, after[index]))
  }
  if (!isFields(before) || !isFields(after)) return false
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].every((key) => isSame(before[key], after[key]))
}

function* differ(before: unknown, after: unknown, steps: readonly Step[]): Generator<Difference> {
  if (isSame(before, after)) return
  if (isFields(before) && isFields(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    for (const key of keys) yield* differ(before[key], after[key], [...steps, key])
  } else if (Array.isArray(before) && Array.isArray(after) && haveNames(before) && haveNames(after)) {
    const [old, wanted] = [itemsOf(before, true), itemsOf(after, true)]
    if (
      [...old.keys()].filter((key) => wanted.has(key)).join() !==
      [...wanted.keys()].filter((key) => old.has(key)).join()
    ) {
      // The same items in another order.
      yield { steps, before: [...old.keys()], after: [...wanted.keys()] }
    }
    for (const key of new Set([...old.keys(), ...wanted.keys()])) {
      const step = old.get(key) ?? wanted.get(key)
      if (step !== undefined) yield* differ(old.get(key)?.item, wanted.get(key)?.item, [...steps, step])
    }
  } else {
    yield { steps, before, after }
  }
}

/** What a server keeps of an object for itself. */
const ownFields = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'])

/** An object without what the server says of it. */
function asWanted({ metadata, ...rest }: KubernetesObject): Fields {
  const kept = Object.entries(metadata).filter(([key]) => !ownFields.has(key))
  return { ...rest, status: undefined, metadata: Object.fromEntries(kept) }
}

/** What differs between two states of an object, field by field; what the server says of it is left out. */
export function fieldDifferences(before: KubernetesObject, after: KubernetesObject): Difference[] {
  return [...differ(asWanted(before), asWanted(after), [])]
}

/** The value at steps; undefined where there is none. */
export function valueAt(object: unknown, steps: readonly Step[]): unknown {
  return steps.reduce<unknown>((at, step) => {
    if (typeof step === 'string') return isFields(at) ? at[step] : undefined
    if (!Array.isArray(at)) return undefined
    return haveNames(at) ? at.find((item) => nameOf(item) === step.label) : at[Number(step.label)]
  }, object)
}
