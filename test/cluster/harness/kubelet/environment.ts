import type { ConfigMap, Container, EnvVar, Pod, Secret } from '../../../../src/kubernetes/index.ts'
import { expand } from './expand.ts'
import { fieldOf, resourceFieldOf } from './pod-fields.ts'

/** Reads what variables refer to, in the Pod's namespace; undefined when it is not there. */
export interface References {
  configMap(name: string): ConfigMap | undefined
  secret(name: string): Secret | undefined
}

/** A variable or file refers to what is not there. The Pod waits until it is. */
export class MissingReference extends Error {}

/** The text of a Secret's value, which is stored as base64. */
const decode = (value: string) => Buffer.from(value, 'base64').toString('utf8')

/** All values of a ConfigMap or Secret as text. */
function valuesOf(
  references: References,
  kind: 'configmap' | 'secret',
  name: string,
): ReadonlyMap<string, string> | undefined {
  if (kind === 'configmap') {
    const found = references.configMap(name)
    return found && new Map(Object.entries(found.data ?? {}))
  }
  const found = references.secret(name)
  return found && new Map(Object.entries(found.data ?? {}).map(([key, value]) => [key, decode(value)]))
}

function fromKey(
  references: References,
  kind: 'configmap' | 'secret',
  { name = '', key, optional = false }: { name?: string | undefined; key: string; optional?: boolean | undefined },
): string | undefined {
  const values = valuesOf(references, kind, name)
  const value = values?.get(key)
  if (value !== undefined || optional) return value
  throw new MissingReference(
    values === undefined ? `${kind} "${name}" not found` : `couldn't find key ${key} in ${kind} ${name}`,
  )
}

function valueOf(variable: EnvVar, pod: Pod, container: Container, references: References): string | undefined {
  const from = variable.valueFrom
  if (from?.configMapKeyRef !== undefined) return fromKey(references, 'configmap', from.configMapKeyRef)
  if (from?.secretKeyRef !== undefined) return fromKey(references, 'secret', from.secretKeyRef)
  if (from?.fieldRef !== undefined) return fieldOf(pod, from.fieldRef.fieldPath)
  if (from?.resourceFieldRef !== undefined) return resourceFieldOf(container, from.resourceFieldRef.resource)
  return variable.value ?? ''
}

/**
 * The variables of a container: `envFrom`, then `env` in its order, where `$(NAME)` takes those before it. Throws
 * MissingReference when a ConfigMap, Secret or key is not there that must be.
 */
export function resolveEnvironment(
  pod: Pod,
  container: Container,
  references: References,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const variables = new Map(Object.entries(given))
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const kind = configMapRef === undefined ? 'secret' : 'configmap'
    const { name = '', optional = false } = configMapRef ?? secretRef ?? {}
    const values = valuesOf(references, kind, name)
    if (values === undefined && !optional) throw new MissingReference(`${kind} "${name}" not found`)
    for (const [key, value] of values ?? []) variables.set(`${prefix}${key}`, value)
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, pod, container, references)
    if (value !== undefined) variables.set(variable.name, variable.valueFrom ? value : expand(value, variables))
  }
  return variables
}
