import { fieldManager, type KubernetesObject, type LiveObject } from '../../../kubernetes/index.ts'
import { isSame } from './field-changes.ts'
import { appliedBy } from './managed-fields.ts'

/** Whether every field that is wanted is there with the very same value; what others added beside does not count. */
function holds(wanted: unknown, live: unknown): boolean {
  if (wanted === undefined || Object.is(wanted, live)) return true
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) && wanted.length === live.length && wanted.every((item, index) => holds(item, live[index]))
    )
  }
  if (typeof wanted !== 'object' || wanted === null || typeof live !== 'object' || live === null) return false
  const fields = live as Readonly<Record<string, unknown>>
  return Object.entries(wanted).every(([name, value]) => holds(value, fields[name]))
}

/**
 * Whether applying an object would change nothing, known without asking the server: it is what was applied last, and all of it is
 * there. False where that is not certain, such as for an amount that the server writes another way.
 */
export function holdsAlready(
  wanted: KubernetesObject,
  applied: KubernetesObject | undefined,
  live: LiveObject,
): boolean {
  return applied !== undefined && isSame(wanted, applied) && appliedBy(live, fieldManager) !== '' && holds(wanted, live)
}
