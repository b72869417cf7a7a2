import type { FieldPath, Problem } from '../diagnostic.ts'
import { isFields } from '../document/fleet-form.ts'
import { schemaNodeAt } from '../schema-node.ts'
import { engineNames, type EngineName } from '../schema/model.ts'
import { targetNames, type TargetName } from '../schema/targets.ts'
import { impliedEngine } from '../schema/resolve.ts'
import { isActive, targetsActingOn, type Purpose } from './active-fields.ts'

/**
 * A warning for each field that a person wrote and nothing acts on yet: one for a whole section, and one for a field
 * that several entries of a list carry. A plan for another target than local acts on more; that counts there.
 */
export function inactiveFields(document: unknown, asked: Purpose): Problem[] {
  const purpose = asked === 'plan' ? (targetOf(document) ?? 'run') : asked
  const found = new Map<string, { readonly path: FieldPath; readonly consequence: string; places: number }>()
  const visit = (value: unknown, path: FieldPath, field: string, engine: EngineName | undefined) => {
    const active = isActive(field, purpose, engine)
    if (active === true) return
    if (active === undefined) {
      if (Array.isArray(value)) {
        for (const [index, entry] of value.entries()) {
          visit(entry, [...path, index], field, field === 'models' ? engineOf(entry) : engine)
        }
      } else if (isFields(value)) {
        const prefix = field === '' ? '' : `${field}${typeof path.at(-1) === 'number' ? '[]' : ''}.`
        for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name], `${prefix}${name}`, engine)
      }
      return
    }
    // Fields that the schema does not have are errors already.
    if (schemaNodeAt(path) === undefined) return
    const before = found.get(field)
    if (before === undefined) found.set(field, { path, consequence: consequenceOf(field, purpose, engine), places: 1 })
    else before.places += 1
  }
  visit(document, [], '', undefined)
  return [...found.values()].map(({ path, consequence, places }) => ({
    severity: 'warning',
    path,
    at: 'key',
    message: `${consequence}${places > 1 ? ` (here and in ${places - 1} more)` : ''}`,
  }))
}

/** What comes of a field that nothing acts on, and where something would. */
function consequenceOf(field: string, purpose: Purpose, engine: EngineName | undefined): string {
  const target = purpose === 'run' || purpose === 'plan' ? 'local' : purpose
  const read = isActive(field, 'plan') !== false ? 'read by `fairlead plan`' : 'accepted'
  const others = targetsActingOn(field, { engine }).filter((name) => name !== target)
  const elsewhere = others.length === 0 ? '' : `; it has on ${others.join(', ')}`
  return `${read}, and has no effect yet on target ${target}${elsewhere}`
}

/** The target that a document asks for, where it is not local. */
function targetOf(document: unknown): Exclude<TargetName, 'local'> | undefined {
  const targets = isFields(document) ? document['targets'] : undefined
  const asked = isFields(targets) ? targets['default'] : undefined
  const name = targetNames.find((each) => each === asked)
  return name === 'local' ? undefined : name
}

/** The engine of a model as it is written; undefined when that is wrong. */
function engineOf(model: unknown): EngineName | undefined {
  if (!isFields(model)) return undefined
  const { engine, source, addresses } = model
  if (engine !== undefined) return engineNames.find((name) => name === engine)
  return impliedEngine({
    source: typeof source === 'string' ? source : undefined,
    addresses: Array.isArray(addresses) ? addresses : [],
  })
}
