import type { KubernetesObject, PolicyRule, Role, RoleBinding, ServiceAccount } from '../../../kubernetes/index.ts'
import type { PartOfFleet } from '../../rendering/cluster/index.ts'
import type { ObjectArtifact } from '../../rendering/index.ts'
import type { LlmdContext, ObjectsOf } from '../context.ts'
import { decodeAccount } from '../pods/index.ts'
import { routerPart } from './part.ts'

const read = ['get', 'list', 'watch']

/** Pods of the pool, as both the picker and the sidecars look for them. */
const members: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: read },
  { apiGroups: ['inference.networking.k8s.io'], resources: ['inferencepools'], verbs: read },
]

/** What the picker reads beside them. */
const rules: readonly PolicyRule[] = [
  { apiGroups: ['llm-d.ai'], resources: ['inferenceobjectives', 'inferencemodelrewrites'], verbs: read },
]

/** Accounts of pickers and of sidecars, with no right but to read what they follow, in the Fleet’s namespace. */
export const renderAccounts: ObjectsOf = (context) => ({
  objects: [
    ...context.pools.flatMap((pool) => account(pool.picker, routerPart(pool), [...members, ...rules], context)),
    ...(context.pools.some(({ isSplit }) => isSplit)
      ? account(decodeAccount(context), { component: 'engine' }, members, context)
      : []),
  ],
})

function account(
  name: string,
  part: PartOfFleet,
  granted: readonly PolicyRule[],
  { metadata, namespace }: LlmdContext,
): ObjectArtifact[] {
  const serviceAccount: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadata(name, part),
    automountServiceAccountToken: false,
  }
  const role: Role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: metadata(name, part),
    rules: granted,
  }
  const binding: RoleBinding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadata(name, part),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  }
  return [serviceAccount, role, binding].map((object: KubernetesObject) => ({ kind: 'object', object }))
}
