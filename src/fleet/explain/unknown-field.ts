import type { FieldPath, Problem } from '../diagnostic.ts'
import { formatPath } from '../diagnostic.ts'
import { fleetSchemaNode, schemaNodeAt, type SchemaNode } from '../schema-node.ts'
import { didYouMean, plain } from './did-you-mean.ts'
import { foreignNames } from './foreign-names.ts'

/** Names under which people write secrets; what stands there is not shown. */
const namesSecret = /key|token|secret|passw|credential/i

/** A field that the schema does not have, and the one that was probably meant. */
export function unknownField(parent: FieldPath, name: string): Problem {
  const isSecret = namesSecret.test(name)
  const problem: Problem = {
    path: [...parent, name],
    at: 'key',
    message: 'unknown field',
    ...(isSecret ? { hidesText: true } : {}),
  }
  if (name === '<<') return { ...problem, suggestion: 'merge keys are not read; write the fields out' }
  const fields = schemaNodeAt(parent)?.properties ?? {}
  const siblings = Object.keys(fields)
  const secrets = siblings.filter((sibling) => fields[sibling]?.['x-fairlead-kind'] === 'secret')
  if (isSecret && secrets.length === 1 && didYouMean(name, siblings) === undefined) {
    const [field = ''] = secrets
    const suggestion = `write ${field}: { env: NAME }, { file: /path } or { secretRef: { name: …, key: … } }`
    return { ...problem, suggestion, meant: [...parent, field] }
  }
  const field = meantField(parent, name, siblings)
  if (field !== undefined) {
    return {
      ...problem,
      suggestion: `did you mean ${field}?`,
      meant: siblings.includes(field) ? [...parent, field] : undefined,
    }
  }
  const shown = siblings.slice(0, 24).join(', ')
  return { ...problem, suggestion: `the fields here are ${shown}${siblings.length > 24 ? ', …' : ''}` }
}

/** A sibling, what engines call by that name, or the field of that name elsewhere; given from `parent` on where it is below. */
function meantField(parent: FieldPath, name: string, siblings: readonly string[]): string | undefined {
  const near = didYouMean(name, siblings)
  if (near !== undefined && plain(near) === plain(name)) return near
  const foreign = Object.hasOwn(foreignNames, plain(name)) ? foreignNames[plain(name)] : undefined
  const elsewhere = foreign ?? near ?? (plain(name).length > 2 ? fieldsByName().get(plain(name)) : undefined)
  const parentPattern = patternOf(parent)
  const isBelow = parentPattern !== '' && elsewhere?.startsWith(`${parentPattern}.`) === true
  return isBelow ? elsewhere?.slice(parentPattern.length + 1) : elsewhere
}

/** `models[0].chat` → `models[].chat`. */
const patternOf = (path: FieldPath) => formatPath(path).replaceAll(/\[\d+\]/g, '[]')

let byName: Map<string, string> | undefined
/** Where a field of a name stands: the shortest such path. */
function fieldsByName(): Map<string, string> {
  if (byName !== undefined) return byName
  const found = new Map<string, string>()
  const visit = (node: SchemaNode, path: string) => {
    if (node['x-fairlead-overrides'] !== undefined || node['x-fairlead-kind'] === 'secret') return
    for (const [name, field] of Object.entries(node.properties ?? {})) {
      const fieldPath = path === '' ? name : `${path}.${name}`
      const before = found.get(plain(name))
      if (before === undefined || before.split('.').length > fieldPath.split('.').length)
        found.set(plain(name), fieldPath)
      visit(field.type === 'array' ? (field.items ?? {}) : field, field.type === 'array' ? `${fieldPath}[]` : fieldPath)
    }
  }
  visit(fleetSchemaNode(), '')
  byName = found
  return found
}
