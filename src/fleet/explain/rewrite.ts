import type { SchemaNode } from '../schema-node.ts'
import { quote } from './found.ts'

/** The name in the spelling that is asked for, where lower case and dashes make it so. */
export function suggestName(node: SchemaNode | undefined, found: unknown): string | undefined {
  if (node?.pattern === undefined || typeof found !== 'string') return undefined
  const name = found
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return new RegExp(node.pattern).test(name) ? `write ${name}` : undefined
}

const truths: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  y: true,
  true: true,
  no: false,
  off: false,
  n: false,
  false: false,
}

/** How to write the value so that it has the type that is wanted. */
export function suggestType(
  node: SchemaNode | undefined,
  found: unknown,
  text: string | undefined,
): string | undefined {
  if (node?.['x-fairlead-kind'] === 'duration' && typeof found === 'number')
    return `write ${found}s for seconds, ${found}ms for milliseconds`
  if (node?.['x-fairlead-kind'] === 'cpus' && typeof found === 'number') return `write ${Math.round(found * 1000)}m`
  switch (node?.type) {
    case 'boolean':
      if (typeof found !== 'string') return undefined
      return Object.hasOwn(truths, found.toLowerCase()) ? `write ${truths[found.toLowerCase()]}` : undefined
    case 'string':
      return typeof found === 'object' ? undefined : `put it in quotes: ${quote(text ?? String(found))}`
    case 'integer':
    case 'number':
      if (typeof found === 'string' && /^-?\d+(\.\d+)?$/.test(found)) return `write ${found} without quotes`
      return typeof found === 'number' && !Number.isInteger(found)
        ? `write ${Math.max(node.minimum ?? 0, Math.round(found))}`
        : undefined
    case 'array':
      if (typeof found === 'object') return 'begin each entry with a dash: - name: …'
      return `write [${text ?? String(found)}]`
    case 'object':
      return suggestFields(node)
    default:
      return undefined
  }
}

function suggestFields(node: SchemaNode): string | undefined {
  const fields = Object.keys(node.properties ?? {})
  if (fields.length === 0) return 'write it as name: value, one a line'
  return `its fields are ${fields.slice(0, 12).join(', ')}${fields.length > 12 ? ', …' : ''}`
}
