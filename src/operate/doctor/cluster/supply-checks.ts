import { failed, notApplicable, ok, warning, type Check } from '../contract.ts'
import { clusterTargets as targets } from './access-checks.ts'
import { listAt, nameOf, partAt, partsWhere, textAt, type Part } from './object-parts.ts'
import type { ClusterCheckPlace } from './place.ts'

/** Annotation of the class that claims get which name none. */
const defaultClass = 'storageclass.kubernetes.io/is-default-class'

/** What must be in the namespace, or in the cluster, before pods start. */
export const supplyChecks: readonly Check<ClusterCheckPlace>[] = [
  {
    id: 'cluster.secrets',
    targets,
    what: 'the Secrets that pods read are there, with their keys',
    why: 'A pod whose Secret is missing stays in CreateContainerConfigError or ContainerCreating.',
    how: 'Secrets that rendered pods name, against those of the namespace; values are not shown',
    mend: 'Set what lacks; `fairlead secrets check` tells which fields of the Fleet refer to it.',
    command: 'fairlead secrets check',
    after: ['cluster.namespace'],
    look: async ({ cluster, objects, namespace }) => {
      const needed = secretsOf(objects)
      if (needed.size === 0) return notApplicable('no pod reads one')
      const missing: string[] = []
      for (const [name, keys] of needed) {
        const secret = await cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace, name })
        if (secret === undefined) {
          missing.push(`Secret ${name}${keys.size === 0 ? '' : ` (${[...keys].join(', ')})`}`)
          continue
        }
        const there = { ...(secret['data'] as object | undefined), ...(secret['stringData'] as object | undefined) }
        for (const key of keys) if (!(key in there)) missing.push(`key ${key} of Secret ${name}`)
      }
      return missing.length === 0
        ? ok(`${needed.size} Secrets`)
        : failed(`${missing.join('; ')} ${missing.length === 1 ? 'is' : 'are'} missing`)
    },
  },
  {
    id: 'cluster.storage-class',
    targets,
    what: 'there is a storage class for the claims',
    why: 'A claim without a class that makes volumes stays pending, and its pods with it.',
    how: 'classes that rendered claims name, or the default one',
    mend: 'Name a class with `storage.models.storageClass`, or install one such as Longhorn.',
    command: 'kubectl get storageclass',
    after: ['cluster.version'],
    look: async (place) => {
      const claims = place.objects.flatMap((object) =>
        object.kind === 'PersistentVolumeClaim'
          ? [{ object: nameOf(object), className: textAt(object, 'spec', 'storageClassName') }]
          : partsWhere(object, (part) => Array.isArray(part['volumeClaimTemplates']))
              .flatMap((part) => listAt(part, 'volumeClaimTemplates'))
              .map((part) => ({ object: nameOf(object), className: textAt(part, 'spec', 'storageClassName') })),
      )
      if (claims.length === 0) return notApplicable('no claim is rendered')
      const classes = await place.list('storage.k8s.io/v1', 'StorageClass', { everywhere: true })
      const names = classes.map(({ metadata }) => metadata.name)
      const hasDefault = classes.some((each) => textAt(each, 'metadata', 'annotations', defaultClass) === 'true')
      const unmet = claims.find(({ className }) => (className === '' ? !hasDefault : !names.includes(className)))
      if (unmet === undefined) return ok(`${claims.length} claims`)
      return failed(
        unmet.className === ''
          ? `${unmet.object} names no class, and none is the default`
          : `${unmet.object} names ${unmet.className}; there ${names.length === 0 ? 'is none' : `are ${names.join(', ')}`}`,
      )
    },
  },
  {
    id: 'cluster.classes',
    targets,
    what: 'the classes that objects name are there',
    why: 'An Ingress or Gateway of an unknown class is ignored; a pod with an unknown priority is refused.',
    how: 'IngressClass, GatewayClass, PriorityClass and RuntimeClass that rendered objects name',
    mend: 'Install the class, or correct its name in the Fleet.',
    after: ['cluster.kinds'],
    look: async (place) => {
      const named = classesOf(place.objects)
      if (named.length === 0) return notApplicable('no class is named')
      for (const { apiVersion, kind, name, object } of named) {
        const found = (await place.cluster.serves(apiVersion, kind))
          ? await place.cluster.get({ apiVersion, kind, name })
          : undefined
        if (found === undefined)
          return failed(
            `${object} names ${kind} ${name}, which is not there`,
            undefined,
            `kubectl get ${kind.toLowerCase()}`,
          )
      }
      return ok(named.map(({ kind, name }) => `${kind} ${name}`).join(', '))
    },
  },
  {
    id: 'cluster.quota',
    targets,
    what: 'quotas of the namespace leave room for the Fleet',
    why: 'Pods beyond a quota are never made, and no pod tells why.',
    how: 'GPUs that quotas of others allow and that are used, against what is rendered',
    mend: 'Have the quota raised, or ask for less.',
    command: 'kubectl describe resourcequota -n {namespace}',
    after: ['cluster.namespace'],
    look: async (place) => {
      const quotas = await place.list('v1', 'ResourceQuota')
      const tight = quotas.flatMap((quota) => {
        const hard = (partAt(quota, 'status', 'hard') ?? partAt(quota, 'spec', 'hard') ?? {}) as Part
        return Object.entries(hard).flatMap(([resource, limit]) => {
          const used = textAt(quota, 'status', 'used', resource)
          return /^(?:requests\.(?:nvidia|amd)\.com|pods$)/.test(resource) && Number(used) >= Number(limit)
            ? [`${quota.metadata.name}: ${resource} ${used} of ${String(limit)}`]
            : []
        })
      })
      if (quotas.length === 0) return notApplicable('the namespace has none')
      return tight.length === 0
        ? ok(`${quotas.length} quotas`)
        : warning(`${tight.join('; ')} ${tight.length === 1 ? 'is' : 'are'} used up`)
    },
  },
]

/** Secrets by name with the keys that pods need of them; what is optional is left out. */
function secretsOf(objects: ClusterCheckPlace['objects']): Map<string, Set<string>> {
  const made = new Set(objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name))
  const needed = new Map<string, Set<string>>()
  const need = (name: string, keys: readonly string[]) => {
    if (name === '' || made.has(name)) return
    const known = needed.get(name) ?? new Set<string>()
    for (const key of keys) known.add(key)
    needed.set(name, known)
  }
  for (const part of partsWhere(objects, (each) => typeof each['secretKeyRef'] === 'object')) {
    const reference = part['secretKeyRef'] as Part
    if (reference['optional'] !== true) need(textAt(reference, 'name'), [textAt(reference, 'key')])
  }
  for (const part of partsWhere(objects, (each) => typeof each['secret'] === 'object' && each['secret'] !== null)) {
    const volume = part['secret'] as Part
    const source = typeof volume['secretName'] === 'string' ? volume['secretName'] : textAt(volume, 'name')
    if (volume['optional'] !== true)
      need(
        source,
        listAt(volume, 'items').map((item) => textAt(item, 'key')),
      )
  }
  for (const part of partsWhere(objects, (each) => Array.isArray(each['imagePullSecrets']))) {
    for (const reference of listAt(part, 'imagePullSecrets')) need(textAt(reference, 'name'), [])
  }
  return needed
}

interface NamedClass {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly object: string
}

function classesOf(objects: ClusterCheckPlace['objects']): NamedClass[] {
  const fields = [
    ['ingressClassName', 'networking.k8s.io/v1', 'IngressClass'],
    ['gatewayClassName', 'gateway.networking.k8s.io/v1', 'GatewayClass'],
    ['priorityClassName', 'scheduling.k8s.io/v1', 'PriorityClass'],
    ['runtimeClassName', 'node.k8s.io/v1', 'RuntimeClass'],
  ] as const
  const found = objects.flatMap((object) =>
    fields.flatMap(([field, apiVersion, kind]) =>
      partsWhere(object, (part) => typeof part[field] === 'string').map((part) => ({
        apiVersion,
        kind,
        name: String(part[field]),
        object: nameOf(object),
      })),
    ),
  )
  return [...new Map(found.map((each) => [`${each.kind} ${each.name}`, each])).values()]
}
