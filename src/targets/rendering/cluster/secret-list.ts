import type { Fleet } from '../../../fleet/index.ts'
import type { PlanWarning } from '../../../plan/index.ts'
import type { ObjectArtifact } from '../artifact.ts'
import { secretsOf } from '../secrets.ts'
import type { ClusterContext } from './context.ts'
import type { ObjectNames } from './names.ts'
import { secretFiles } from './gateway-secrets.ts'

/** A Secret that must exist before the Fleet’s pods start, with its keys. Fairlead never renders values. */
export interface NeededSecret {
  readonly name: string
  readonly keys: readonly { readonly key: string; readonly path: string; readonly isFile: boolean }[]
}

/** Every Secret that a Fleet’s objects refer to, by name, keys by name. */
export function neededSecrets(fleet: Fleet, names: ObjectNames, hasGateway: boolean): NeededSecret[] {
  const found = new Map<string, Map<string, { key: string; path: string; isFile: boolean }>>()
  const add = (name: string, key: string, path: string, isFile: boolean) => {
    const keys = found.get(name) ?? new Map<string, { key: string; path: string; isFile: boolean }>()
    if (!keys.has(key)) keys.set(key, { key, path, isFile })
    found.set(name, keys)
  }
  for (const { path, reference, readBy } of secretsOf(fleet)) {
    if (readBy === 'gateway' && !hasGateway) continue
    if (reference.secretRef !== undefined) add(reference.secretRef.name, reference.secretRef.key, path, false)
    else if (reference.env !== undefined) add(names.secrets, reference.env, path, false)
  }
  if (hasGateway) for (const { key, path } of secretFiles(fleet)) add(names.secrets, key, path, true)
  return [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, keys]) => ({ name, keys: [...keys.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)) }))
}

/** The commands that make the Secrets, values left open. */
function secretCommands(secrets: readonly NeededSecret[], namespace: string): string[] {
  return secrets.map(({ name, keys }) => {
    const values = keys.map(({ key, isFile }) => (isFile ? `--from-file=${key}=FILE` : `--from-literal=${key}=VALUE`))
    return `kubectl create secret generic ${name} --namespace ${namespace} ${values.join(' ')}`
  })
}

/** What a person must make before, for the head of the objects; undefined where nothing is. */
function secretsComment(secrets: readonly NeededSecret[], namespace: string): string | undefined {
  if (secrets.length === 0) return undefined
  const lines = secrets.flatMap(({ name, keys }) => keys.map(({ key, path }) => `  ${name}: ${key} (${path})`))
  return [
    'Secrets that must exist before this is applied; Fairlead renders no values. Pods wait until they are there.',
    ...lines,
    ...secretCommands(secrets, namespace),
  ].join('\n')
}

/** Before the first object stands which Secrets must be there: they are the one thing that nobody renders. */
export function withSecretsAhead(objects: readonly ObjectArtifact[], context: ClusterContext): ObjectArtifact[] {
  const { fleet, names, namespace, gateway } = context
  const text = secretsComment(neededSecrets(fleet, names, gateway !== null), namespace)
  const [first, ...rest] = objects
  if (text === undefined || first === undefined) return [...objects]
  return [{ ...first, comments: [{ path: [], text }, ...(first.comments ?? [])] }, ...rest]
}

/** The same as a note. */
export function secretNotes(secrets: readonly NeededSecret[], namespace: string, target: string): PlanWarning[] {
  const [first] = secrets
  if (first === undefined) return []
  return [
    {
      severity: 'info',
      id: 'secrets-needed',
      path: first.keys[0]?.path ?? '',
      message: `${target}: pods wait until these Secrets exist in namespace ${namespace}: ${secrets.map(({ name, keys }) => `${name} (${keys.map(({ key }) => key).join(', ')})`).join(', ')}`,
      suggestion: secretCommands(secrets, namespace).join(' && '),
    },
  ]
}

/**
 * Engines read variables, which no file can be.
 * @param streams whether engines read object storage by themselves, with the store’s keys
 */
export function engineFileNotes(fleet: Fleet, target: string, streams = false): PlanWarning[] {
  return secretsOf(fleet)
    .filter(
      ({ readBy, reference, path }) =>
        readBy === 'engine' && reference.file !== undefined && (streams || !path.startsWith('storage.')),
    )
    .map(({ path, reference }) => ({
      severity: 'error' as const,
      id: 'engine-secret-file',
      path,
      message: `${target}: ${reference.file ?? ''} would have to become a variable of the engine, which files cannot`,
      suggestion: 'env: NAME, which is a key of the Fleet’s Secret, or secretRef: { name, key }',
    }))
}
