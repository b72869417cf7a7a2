import type { FieldPath } from '../diagnostic.ts'
import { isFields } from '../document/fleet-form.ts'
import { literalSecret } from '../explain/literal-secret.ts'
import { fleetSchemaNode, type SchemaNode } from '../schema-node.ts'
import type { Check, Finding } from './check.ts'

const ways = ['env', 'file', 'secretRef']

/** A reference to a secret says one place. */
export const secretsHaveOnePlace: Check = ({ fleet }) =>
  secretReferences(fleet).flatMap(({ path, value }): Finding[] => {
    const set = ways.filter((way) => value[way] !== undefined)
    if (set.length === 1) return []
    if (set.length === 0)
      return [{ path, message: 'says no place of the secret', suggestion: 'write one of env, file, secretRef' }]
    return [
      { path, message: `expected one place of the secret, found ${set.join(' and ')}`, suggestion: `keep one of them` },
    ]
  })

/** Names of the environment variables that secrets are read from. */
export function secretVariables(document: unknown): Set<string> {
  const names = secretReferences(document).map(({ value }) => value['env'])
  return new Set(names.filter((name) => typeof name === 'string'))
}

interface FoundReference {
  readonly path: FieldPath
  readonly value: Record<string, unknown>
}

/** Every reference to a secret in a document, by the schema. */
function secretReferences(document: unknown): FoundReference[] {
  const found: FoundReference[] = []
  const visit = (value: unknown, node: SchemaNode, path: FieldPath) => {
    if (Array.isArray(value)) {
      const { items } = node
      if (items !== undefined) value.forEach((entry, index) => visit(entry, items, [...path, index]))
    } else if (isFields(value)) {
      if (node['x-fairlead-kind'] === 'secret') found.push({ path, value })
      else {
        for (const [field, inner] of Object.entries(node.properties ?? {})) {
          if (Object.hasOwn(value, field)) visit(value[field], inner, [...path, field])
        }
      }
    }
  }
  visit(document, fleetSchemaNode(), [])
  return found
}

/** Names of variables and flags whose values are secrets. */
const secretName = /(^|[_-])(token|secret|password|passwd|api[_-]?key|access[_-]?key|secret[_-]?key)$/i

/** A variable or an argument does not carry a secret in plain text. */
export const nothingCarriesASecret: Check = ({ fleet }) =>
  fleet.models.flatMap((model, index) => [
    ...model.env.flatMap(({ name, value, from }, place): Finding[] => {
      const path = ['models', index, 'env', place]
      if (value !== undefined && secretName.test(name)) {
        const suggestion = `write from: { env: ${name} } in place of value`
        return [{ ...literalSecret([...path, 'value'], 'from'), suggestion }]
      }
      if ((value === undefined) !== (from === undefined)) return []
      const message = value === undefined ? 'has neither value nor from' : 'has both value and from'
      return [{ path, message, suggestion: 'write one of value (plain text) and from (a secret)' }]
    }),
    ...[model.engineArgs, model.prefill?.engineArgs ?? [], model.decode?.engineArgs ?? []].flatMap((args, pool) =>
      args.flatMap((argument, place): Finding[] => {
        const flag = /^--?([\w-]+)(?:[= ](.+))?$/s.exec(argument)
        if (flag === null || !secretName.test(flag[1] ?? '')) return []
        const path = ['models', index, ...([[], ['prefill'], ['decode']][pool] ?? []), 'engineArgs', place]
        const suggestion = 'remove it; keys for clients are access.keys, a token for the source is token: { env: NAME }'
        return [{ ...literalSecret(path, 'token'), suggestion }]
      }),
    ),
  ])
