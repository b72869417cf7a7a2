import type { Role, RoleBinding, ServiceAccount } from '../../../../kubernetes/index.ts'
import type { ObjectArtifact } from '../../artifact.ts'
import { gatewayPart, type ClusterContext, type ObjectsOf, type PartOfFleet } from '../context.ts'

/**
 * Accounts without any right, and without a token in the pods. The gateway's may follow EndpointSlices of its namespace where
 * it asks the cluster where engines are.
 */
export const renderServiceAccounts: ObjectsOf = (context) => {
  const { names, metadata, engines, gateway, asksCluster } = context
  const account = (name: string, part: PartOfFleet, text: string): ObjectArtifact => {
    const object: ServiceAccount = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: metadata(name, part),
      automountServiceAccountToken: false,
    }
    return { kind: 'object', object, comments: [{ path: ['automountServiceAccountToken'], text }] }
  }
  const silent = 'Nothing in these pods talks to the API server.'
  const asking = 'The gateway’s pod asks for its token itself.'
  return {
    objects: [
      ...(gateway === null ? [] : [account(names.gateway, gatewayPart, asksCluster ? asking : silent)]),
      ...(engines.length === 0 ? [] : [account(names.engines, { component: 'engine' }, silent)]),
      ...(asksCluster ? gatewayRights(context) : []),
    ],
  }
}

/** What the reflector of `src/discovery/endpoint-slices.ts` does, and nothing else. */
const verbs = ['list', 'watch']

function gatewayRights({ names, metadata, namespace }: ClusterContext): ObjectArtifact[] {
  const role: Role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: metadata(names.gateway, gatewayPart),
    rules: [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs }],
  }
  const binding: RoleBinding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadata(names.gateway, gatewayPart),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: names.gateway },
    subjects: [{ kind: 'ServiceAccount', name: names.gateway, namespace }],
  }
  const text = 'Where engines are, and whether they are ready or about to stop; discovery: dns needs no right.'
  return [
    { kind: 'object', object: role, comments: [{ path: ['rules'], text }] },
    { kind: 'object', object: binding },
  ]
}
