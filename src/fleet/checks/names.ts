import { formatPath, type FieldPath } from '../diagnostic.ts'
import { isFields } from '../document/fleet-form.ts'
import type { FleetDocument } from '../schema/fleet-document.ts'
import type { Check, Finding } from './check.ts'

/** Every name that clients may ask for, with the field that says so. */
export function servedNames(fleet: FleetDocument): { readonly name: string; readonly path: FieldPath }[] {
  return fleet.models.flatMap((model, index) => [
    { name: model.name, path: ['models', index, 'name'] },
    ...model.aliases.map((name, place) => ({ name, path: ['models', index, 'aliases', place] })),
    ...model.roles.map((name, place) => ({ name, path: ['models', index, 'roles', place] })),
    ...model.adapters.map(({ name }, place) => ({ name, path: ['models', index, 'adapters', place, 'name'] })),
  ])
}

/** A name means one thing: model names, aliases, roles and adapters are one namespace. */
export const namesMeanOneThing: Check = ({ fleet }) => {
  const taken = new Map<string, FieldPath>()
  const findings: Finding[] = []
  for (const { name, path } of servedNames(fleet)) {
    const before = taken.get(name)
    if (before === undefined) taken.set(name, path)
    else {
      const message = `${JSON.stringify(name)} is taken by ${formatPath(before)}`
      findings.push({ path, message, suggestion: 'rename one of the two; clients ask by this name', from: [before] })
    }
  }
  return findings
}

/** Entries of a list of named things have different names, since they are told apart by them. */
export const entriesAreNamedApart: Check = ({ fleet }) => {
  const findings: Finding[] = []
  const visit = (value: unknown, path: FieldPath) => {
    if (Array.isArray(value)) {
      const taken = new Map<unknown, number>()
      for (const [index, entry] of value.entries()) {
        visit(entry, [...path, index])
        const name: unknown = isFields(entry) ? entry['name'] : undefined
        if (typeof name !== 'string') continue
        const before = taken.get(name)
        if (before === undefined) taken.set(name, index)
        else {
          const message = `${JSON.stringify(name)} is the name of ${formatPath([...path, before])} too`
          findings.push({ path: [...path, index, 'name'], message, suggestion: 'rename or remove one of the two' })
        }
      }
    } else if (isFields(value)) {
      for (const [field, inner] of Object.entries(value)) visit(inner, [...path, field])
    }
  }
  const { models, ...sections } = fleet
  visit(sections, [])
  // Models and adapters are compared by `namesMeanOneThing`, with their aliases.
  for (const [index, { adapters: _, ...model }] of models.entries()) visit(model, ['models', index])
  return findings
}
