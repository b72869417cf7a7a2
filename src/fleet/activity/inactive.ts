import type { FieldPath, Problem } from '../diagnostic.ts'
import { isFields } from '../document/fleet-form.ts'
import { schemaNodeAt } from '../schema-node.ts'
import { isActive } from './active-fields.ts'

/**
 * A warning for each field that a person wrote and nothing acts on yet: one for a whole section, and one for a field
 * that several entries of a list carry.
 */
export function inactiveFields(document: unknown): Problem[] {
  const found = new Map<string, { readonly path: FieldPath; places: number }>()
  const visit = (value: unknown, path: FieldPath, field: string) => {
    const active = isActive(field)
    if (active === true) return
    if (active === undefined) {
      if (Array.isArray(value)) value.forEach((entry, index) => visit(entry, [...path, index], field))
      else if (isFields(value)) {
        const prefix = field === '' ? '' : `${field}${typeof path.at(-1) === 'number' ? '[]' : ''}.`
        for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name], `${prefix}${name}`)
      }
      return
    }
    // Fields that the schema does not have are errors already.
    if (schemaNodeAt(path) === undefined) return
    const before = found.get(field)
    if (before === undefined) found.set(field, { path, places: 1 })
    else before.places += 1
  }
  visit(document, [], '')
  return [...found.values()].map(({ path, places }) => ({
    severity: 'warning',
    path,
    at: 'key',
    message: `accepted, and has no effect yet on target local${places > 1 ? ` (here and in ${places - 1} more)` : ''}`,
  }))
}
