import type { KubernetesObject } from '../../../kubernetes/index.ts'
import type { Step } from './field-path.ts'

type Tree = Readonly<Record<string, unknown>>
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a key of a list, such as `k:{"containerPort":8000,"protocol":"TCP"}`, is the one of an item. */
function isKeyOf(key: string, item: unknown): boolean {
  if (!key.startsWith('k:') || !isTree(item)) return false
  const wanted: unknown = JSON.parse(key.slice(2))
  return isTree(wanted) && Object.entries(wanted).every(([name, value]) => item[name] === value)
}

/**
 * Whether a manager’s fields (FieldsV1, sigs.k8s.io/structured-merge-diff) include the field at steps, or a whole above it: what
 * has nothing below it, such as a list that is replaced as one, is owned with all that is in it.
 */
function includes(fields: unknown, steps: readonly Step[]): boolean {
  let at: unknown = fields
  for (const step of steps) {
    if (!isTree(at)) return false
    const keys = Object.keys(at).filter((key) => key !== '.')
    if (at !== fields && keys.length === 0) return true
    const key = typeof step === 'string' ? `f:${step}` : keys.find((each) => isKeyOf(each, step.item))
    if (key === undefined || !(key in at)) return false
    at = at[key]
  }
  return true
}

/** Those who manage a field of an object, by name. */
export function managersOf({ metadata: { managedFields } }: KubernetesObject, steps: readonly Step[]): string[] {
  const owners = (managedFields ?? []).filter(
    ({ subresource, fieldsV1 }) => subresource !== 'status' && includes(fieldsV1, steps),
  )
  return [...new Set(owners.map(({ manager }) => manager ?? 'unknown'))]
}

/** What a manager has applied of an object, as text that changes when it changes; empty where it has applied nothing. */
export function appliedBy({ metadata: { managedFields } }: KubernetesObject, name: string): string {
  const own = (managedFields ?? []).find(
    ({ manager, operation, subresource }) => manager === name && operation === 'Apply' && (subresource ?? '') === '',
  )
  return own === undefined ? '' : JSON.stringify(own.fieldsV1)
}
