import type { EnvVar } from '../../../kubernetes/index.ts'
import type { EnvironmentEntry } from '../engine-environment.ts'

/**
 * A text as it stands in a command, an argument or a variable’s value, where the kubelet replaces `$(NAME)` and takes `$$` for
 * `$` (k8s.io/kubernetes, third_party/forked/golang/expansion/expand.go).
 */
export const literal = (text: string): string => text.replaceAll(/\$(?=[$(])/g, '$$$$')

/**
 * Variables of a container, secrets by reference only: `env:` is a key of the Fleet’s own Secret. A `file:` reference gives none,
 * since no variable can come from a file.
 */
export function envVars(entries: readonly EnvironmentEntry[], secretsName: string): EnvVar[] {
  return entries.flatMap((entry): EnvVar[] => {
    const { name } = entry
    if ('value' in entry) return [{ name, value: literal(entry.value) }]
    if ('from' in entry) return [{ name, valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }]
    const { secretRef, env } = entry.secret
    if (secretRef !== undefined)
      return [{ name, valueFrom: { secretKeyRef: { name: secretRef.name, key: secretRef.key } } }]
    return env === undefined ? [] : [{ name, valueFrom: { secretKeyRef: { name: secretsName, key: env } } }]
  })
}
