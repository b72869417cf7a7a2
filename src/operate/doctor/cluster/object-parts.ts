import type { KubernetesObject } from '../../../kubernetes/index.ts'

/** A part of an object whose shape nobody has checked. */
export type Part = Readonly<Record<string, unknown>>

/** The part at a path; undefined where there is none. */
export function partAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string | number, unknown>)[key]
  }
  return at
}

/** A list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly Part[] {
  const found = partAt(value, ...path)
  return Array.isArray(found) ? found.filter((item): item is Part => typeof item === 'object' && item !== null) : []
}

/** A text at a path; empty where there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = partAt(value, ...path)
  return typeof found === 'string' ? found : ''
}

/** Every object within a value that a test holds for, the value itself included. */
export function partsWhere(value: unknown, holds: (part: Part) => boolean): Part[] {
  if (Array.isArray(value)) return value.flatMap((item) => partsWhere(item, holds))
  if (typeof value !== 'object' || value === null) return []
  const part = value as Part
  return (holds(part) ? [part] : []).concat(Object.values(part).flatMap((inner) => partsWhere(inner, holds)))
}

/** Pod specifications within an object: whatever has containers. */
export const podSpecsOf = (object: KubernetesObject): Part[] =>
  partsWhere(object, (part) => Array.isArray(part['containers']))

/** Kind and name as people say it: `Deployment llama`. */
export const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.name ?? ''}`

/** A condition of an object's status. */
export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** The conditions of an object. */
export const conditionsOf = (object: unknown): Condition[] =>
  listAt(object, 'status', 'conditions').map((part) => ({
    type: textAt(part, 'type'),
    status: textAt(part, 'status'),
    reason: textAt(part, 'reason'),
    message: textAt(part, 'message'),
  }))

/** One condition of an object by its type. */
export const conditionOf = (object: unknown, type: string) => conditionsOf(object).find((each) => each.type === type)
