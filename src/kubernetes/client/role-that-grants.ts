import { stringify } from 'yaml'
import type { RequestSubject } from './cluster-error.ts'

/** Verbs that belong together: whoever may apply reads before and after. */
const together: Readonly<Record<string, readonly string[]>> = {
  get: ['get', 'list', 'watch'],
  list: ['get', 'list', 'watch'],
  watch: ['get', 'list', 'watch'],
  patch: ['get', 'create', 'patch'],
}

/**
 * Subresources that are opened as WebSockets, for which servers ask for `get`, and newer ones for `create` as well
 * (feature gate AuthorizePodWebsocketUpgradeCreatePermission, Kubernetes 1.35).
 */
const opened = new Set(['exec', 'attach', 'portforward'])

interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace?: string
  readonly apiGroup?: string
}

/** Who asked, as the server's message names them. */
function whoAsked(message: string): Subject {
  const name = /\buser "([^"]+)"/i.exec(message)?.[1] ?? 'NAME'
  const [, namespace, account] = /^system:serviceaccount:([^:]+):(.+)$/.exec(name) ?? []
  if (namespace !== undefined && account !== undefined) return { kind: 'ServiceAccount', name: account, namespace }
  return { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }
}

/** A Role (for kinds without namespace a ClusterRole) and its binding that allow what was refused, as YAML. */
export function roleThatGrants(subject: RequestSubject, message: string): string {
  const { apiVersion, resource, subresource, verb, namespace } = subject
  const scope = namespace === undefined ? 'Cluster' : ''
  const name = `fairlead-${resource}`
  const metadata = namespace === undefined ? { name } : { name, namespace }
  const rule = {
    apiGroups: [apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''],
    resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
    verbs: opened.has(subresource ?? '') ? ['get', 'create'] : (subresource === undefined && together[verb]) || [verb],
  }
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: `${scope}Role`, metadata, rules: [rule] }
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: `${scope}RoleBinding`,
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role.kind, name },
    subjects: [whoAsked(message)],
  }
  return [role, binding]
    .map((object) => stringify(object, { flowCollectionPadding: false, lineWidth: 0 }).trimEnd())
    .join('\n---\n')
}
