import type { ClusterTargetName } from '../../targets/index.ts'
import { ownedKindsOf } from '../owned-kinds.ts'

/** A rule of a Role (rbac.authorization.k8s.io/v1). */
export interface PolicyRule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** What the controller is to do. */
export interface RuleOptions {
  /** Targets that Fleets may run on; the kinds of the others are left out. */
  readonly targets: readonly ClusterTargetName[]
}

const follow = ['get', 'list', 'watch']
/** Server-side apply asks for `patch`, and for `create` of what is not there. */
const own = [...follow, 'create', 'patch', 'delete']

/** What the controller does in every namespace with Fleets. */
export function controllerRules({ targets }: RuleOptions): PolicyRule[] {
  const owned = ownedKindsOf(targets)
  const groups = [...new Set(owned.map(groupOf))]
  return [
    // Its own objects: `patch` is for the finaliser.
    { apiGroups: ['fairlead.dev'], resources: ['fleets'], verbs: [...follow, 'patch'] },
    { apiGroups: ['fairlead.dev'], resources: ['fleets/status'], verbs: ['patch'] },
    // What a Fleet becomes.
    ...groups.map((group) => ({
      apiGroups: [group],
      resources: owned.filter((kind) => groupOf(kind) === group).map(({ resource }) => resource),
      verbs: own,
    })),
    // Volumes that other targets left, or that somebody labelled so.
    ...(owned.some(({ kind }) => kind === 'PersistentVolumeClaim')
      ? []
      : [{ apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['list'] }]),
    // The inventory and revisions of a Fleet, written by version.
    { apiGroups: [''], resources: ['configmaps'], verbs: ['update'] },
    // One operator of a Fleet at a time, person or controller.
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update', 'delete'] },
    // Models follow their load.
    ...(targets.includes('kubernetes')
      ? [
          { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['patch'] },
          { apiGroups: ['leaderworkerset.x-k8s.io'], resources: ['leaderworkersets/scale'], verbs: ['patch'] },
        ]
      : []),
    // Nobody gives rights that he has not: gateways follow EndpointSlices, and routers of llm-d pods.
    ...(targets.includes('kubernetes')
      ? [{ apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] }]
      : []),
    // How it stands, and why not.
    { apiGroups: [''], resources: ['pods'], verbs: targets.includes('llmd') ? follow : ['list'] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    { apiGroups: [''], resources: ['events'], verbs: ['list'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ]
}

/** What the controller does in its own namespace: it takes part in the election. */
export function leaseRules(name: string): PolicyRule[] {
  return [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [name], verbs: ['get', 'update'] },
  ]
}

const groupOf = ({ apiVersion }: { readonly apiVersion: string }) =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
