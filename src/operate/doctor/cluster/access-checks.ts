import { ClusterError, resourceOf, type AccessQuestion, type KubernetesObject } from '../../../kubernetes/index.ts'
import { failed, ok, warning, type Check } from '../contract.ts'
import type { ClusterCheckPlace } from './place.ts'

/** Targets that are objects of a Kubernetes API. */
export const clusterTargets = ['kubernetes', 'kserve', 'llmd'] as const
const targets = clusterTargets

/** Oldest minor version of Kubernetes 1 that takes what is rendered (docs/targets/kubernetes.md): `lifecycle.preStop.sleep`. */
const oldestMinor = 30

/** Verbs that `apply`, pruning and `delete` need on what they write. */
const writing = ['get', 'create', 'patch', 'delete'] as const
/** What `status`, `logs` and `doctor` read. */
const reading: readonly Omit<AccessQuestion, 'namespace'>[] = [
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'get', group: '', resource: 'pods', subresource: 'log' },
  { verb: 'list', group: '', resource: 'events' },
]

/** Whether the cluster can be spoken to, and what it lets us do. */
export const accessChecks: readonly Check<ClusterCheckPlace>[] = [
  {
    id: 'cluster.version',
    targets,
    what: 'the API server answers and is new enough',
    why: 'Nothing else can be looked at, and older ones do not know fields that are rendered.',
    how: 'asks it for its version',
    mend: `Upgrade the cluster to Kubernetes 1.${oldestMinor} or newer.`,
    command: 'kubectl version',
    after: [],
    look: async ({ cluster }) => {
      const version = await cluster.serverVersion()
      const [major = 0, minor = 0] = version
        .replace(/^v/, '')
        .split('.')
        .map((part) => Number.parseInt(part, 10))
      const place = `${version} at ${cluster.server} (context ${cluster.context})`
      return major > 1 || minor >= oldestMinor ? ok(place) : failed(`${place} is older than 1.${oldestMinor}`)
    },
  },
  {
    id: 'cluster.namespace',
    targets,
    what: 'the namespace is there, or may be made',
    why: 'Objects have nowhere to go without.',
    how: 'reads it; where it is not there, looks whether it is rendered and asks for the right to make it',
    mend: 'Make the namespace, or have somebody make it.',
    command: 'kubectl create namespace {namespace}',
    after: ['cluster.version'],
    look: async ({ cluster, namespace }) => {
      const found = await cluster
        .get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
        .catch((error: unknown) => {
          if (error instanceof ClusterError && error.reason === 'forbidden') return 'forbidden' as const
          throw error
        })
      if (found === 'forbidden') return warning(`whether ${namespace} is there may not be looked at`)
      if (found?.metadata['deletionTimestamp'] !== undefined) {
        return failed(`${namespace} is being deleted`, 'Wait until it is gone, or choose another with -n.')
      }
      if (found !== undefined) return ok(namespace)
      return (await cluster.mayI({ verb: 'create', group: '', resource: 'namespaces' }))
        ? ok(`${namespace} is made by \`apply\``)
        : failed(`${namespace} is not there, and may not be made`)
    },
  },
  {
    id: 'cluster.kinds',
    targets,
    what: 'the cluster has every kind that is rendered',
    why: 'An object of a kind that is not served is refused, and the Fleet is applied by half.',
    how: 'asks for the kinds of each group and version',
    mend: 'Install what brings the kind.',
    command: 'fairlead doctor --install-plan',
    after: ['cluster.version'],
    look: async ({ cluster, objects }) => {
      const kinds = new Map(objects.map(({ apiVersion, kind }) => [`${kind} of ${apiVersion}`, { apiVersion, kind }]))
      const missing: string[] = []
      for (const [name, { apiVersion, kind }] of kinds)
        if (!(await cluster.serves(apiVersion, kind))) missing.push(name)
      return missing.length === 0 ? ok(`${kinds.size} kinds`) : failed(`there is no ${missing.join(', no ')}`)
    },
  },
  {
    id: 'cluster.rights',
    targets,
    what: 'you may do what applying and watching the Fleet takes',
    why: 'A right that lacks stops `apply` in its middle.',
    how: 'asks the API server about each verb and resource (SelfSubjectAccessReview)',
    mend: 'Have whoever administers the cluster grant what lacks.',
    command: 'kubectl auth can-i --list -n {namespace}',
    after: ['cluster.version'],
    look: async ({ cluster, objects, namespace }) => {
      const questions = questionsOf(objects, namespace)
      const denied: AccessQuestion[] = []
      for (const question of questions) if (!(await cluster.mayI(question))) denied.push(question)
      return denied.length === 0
        ? ok(`${questions.length} of ${questions.length}`)
        : failed(`you may not ${wordsOf(denied)}`)
    },
  },
]

/** Everything to be asked, each once. */
function questionsOf(objects: readonly KubernetesObject[], namespace: string): AccessQuestion[] {
  const found = new Map<string, AccessQuestion>()
  for (const { apiVersion, kind } of objects) {
    const resource = resourceOf(apiVersion, kind)
    if (resource === undefined) continue
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
    const place = resource.isNamespaced ? { namespace } : {}
    for (const verb of writing)
      found.set(`${verb} ${group} ${resource.plural}`, { verb, group, resource: resource.plural, ...place })
  }
  return [...found.values()].concat(reading.map((question) => Object.assign({ namespace }, question)))
}

/** `create, patch deployments.apps; list pods`. */
function wordsOf(denied: readonly AccessQuestion[]): string {
  const byResource = Map.groupBy(
    denied,
    ({ group, resource, subresource }) =>
      `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`,
  )
  return [...byResource]
    .map(([resource, questions]) => `${questions.map(({ verb }) => verb).join(', ')} ${resource}`)
    .join('; ')
}
