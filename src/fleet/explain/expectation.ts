import { unitExpectations } from '../schema/units.ts'
import type { SchemaNode } from '../schema-node.ts'

/** What a field takes, in words that follow “expected”. */
export function expectation(node: SchemaNode | undefined): string {
  if (node === undefined) return 'something else'
  const kind = node['x-fairlead-kind']
  if (kind === 'secret') return 'a reference to a secret such as { env: NAME }'
  if (kind !== undefined) return unitExpectations[kind]
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`
  switch (node.type) {
    case 'string':
      return 'a text'
    case 'boolean':
      return 'true or false'
    case 'integer':
      return `a whole number${range(node)}`
    case 'number':
      return `a number${range(node)}`
    case 'array':
      return 'a list'
    default:
      return node.properties === undefined ? 'a map of texts' : 'a map of fields'
  }
}

function range({ minimum, maximum }: SchemaNode): string {
  if (minimum === undefined || maximum === undefined || maximum === Number.MAX_SAFE_INTEGER) return ''
  return ` from ${minimum} to ${maximum}`
}
