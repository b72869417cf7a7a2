import type { KubernetesObject } from '../../../kubernetes/index.ts'

/** A Secret that pods wait for, and its keys that they read. */
export interface NeededSecret {
  readonly namespace: string
  readonly name: string
  readonly keys: readonly string[]
  /** Objects whose pods need it. */
  readonly by: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** A reference to a Secret, without its optional ones: pods start without those. */
interface Reference {
  readonly name: string
  readonly keys: readonly string[]
}

/** The keys that `items` of a volume name. */
const itemKeys = (items: unknown): string[] =>
  Array.isArray(items) ? items.flatMap((item) => (isFields(item) ? (textOf(item['key']) ?? []) : [])) : []

/** References as PodSpecs have them: variables, whole environments, volumes and projected volumes. */
function* referencesIn(value: unknown): Generator<Reference> {
  if (Array.isArray(value)) {
    for (const item of value) yield* referencesIn(item)
    return
  }
  if (!isFields(value)) return
  const { secretKeyRef, secretRef, secret } = value
  if (isFields(secretKeyRef) && secretKeyRef['optional'] !== true) {
    const [name, key] = [textOf(secretKeyRef['name']), textOf(secretKeyRef['key'])]
    if (name !== undefined && key !== undefined) yield { name, keys: [key] }
  }
  if (isFields(secretRef) && secretRef['optional'] !== true) {
    const name = textOf(secretRef['name'])
    if (name !== undefined) yield { name, keys: [] }
  }
  if (isFields(secret) && secret['optional'] !== true) {
    const name = textOf(secret['secretName']) ?? textOf(secret['name'])
    if (name !== undefined) yield { name, keys: itemKeys(secret['items']) }
  }
  for (const field of Object.values(value)) yield* referencesIn(field)
}

/** Kinds whose objects become pods that read Secrets. */
const running = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'LeaderWorkerSet',
  'ServingRuntime',
  'InferenceService',
  'LLMInferenceService',
  // KServe lays its container over that of the pods which fetch weights.
  'ClusterStorageContainer',
])

/** Names of Secrets whose keys accounts give to what fetches weights (KServe, pkg/credentials), as `<namespace>/<name>`. */
export function accountSecretsOf(objects: readonly KubernetesObject[], namespace: string): ReadonlySet<string> {
  return new Set(
    objects.flatMap((object) => {
      const secrets = object.kind === 'ServiceAccount' ? (object as { readonly secrets?: unknown }).secrets : undefined
      if (!Array.isArray(secrets)) return []
      const names = secrets.flatMap((secret) => (isFields(secret) ? (textOf(secret['name']) ?? []) : []))
      return names.map((name) => `${object.metadata.namespace ?? namespace}/${name}`)
    }),
  )
}

/** Every Secret that pods of these objects would wait for and that is not among them. */
export function neededSecretsOf(objects: readonly KubernetesObject[], namespace: string): NeededSecret[] {
  const rendered = new Set(objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name))
  const found = new Map<string, { keys: Set<string>; by: Set<string>; namespace: string; name: string }>()
  for (const object of objects) {
    if (!running.has(object.kind)) continue
    for (const { name, keys } of referencesIn(object)) {
      if (rendered.has(name)) continue
      const place = object.metadata.namespace ?? namespace
      const entry = found.get(`${place}/${name}`) ?? { keys: new Set(), by: new Set(), namespace: place, name }
      for (const key of keys) entry.keys.add(key)
      entry.by.add(`${object.kind} ${object.metadata.name ?? ''}`)
      found.set(`${place}/${name}`, entry)
    }
  }
  return [...found.values()].map(({ keys, by, name, namespace: place }) => ({
    namespace: place,
    name,
    keys: [...keys].toSorted(),
    by: [...by],
  }))
}
