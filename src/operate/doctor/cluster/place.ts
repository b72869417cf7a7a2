import type { Fleet } from '../../../fleet/index.ts'
import type { ClusterClient, KubernetesObject, LiveObject } from '../../../kubernetes/index.ts'
import type { Plan } from '../../../plan/index.ts'
import type { Machine } from '../machine.ts'

/** What the checks of targets on Kubernetes look at. */
export interface ClusterCheckPlace {
  readonly fleet: Fleet
  readonly plan: Plan
  /** What `apply` sends. */
  readonly objects: readonly KubernetesObject[]
  readonly cluster: ClusterClient
  /** Namespace of the Fleet. */
  readonly namespace: string
  /** For names in DNS. */
  readonly machine: Machine
  readonly now: () => Date
  /** The objects of a kind in the namespace of the Fleet, or of all where it has none; read once. */
  list(apiVersion: string, kind: string, options?: ListOptions): Promise<readonly LiveObject[]>
}

/** Which objects are listed. */
export interface ListOptions {
  /** Everywhere instead of in the Fleet's namespace. */
  readonly everywhere?: boolean
  /** Only what carries the Fleet's label. */
  readonly ofFleet?: boolean
}

/** The label of everything that belongs to a Fleet. */
const fleetLabel = 'fairlead.dev/fleet'

/** A place whose lists are read once, however many checks ask. */
export function rememberLists(place: Omit<ClusterCheckPlace, 'list'>): ClusterCheckPlace {
  const known = new Map<string, Promise<readonly LiveObject[]>>()
  return {
    ...place,
    list(apiVersion, kind, { everywhere = false, ofFleet = false } = {}) {
      const key = [apiVersion, kind, everywhere, ofFleet].join(' ')
      const found = known.get(key)
      if (found !== undefined) return found
      const query = {
        apiVersion,
        kind,
        ...(everywhere ? {} : { namespace: place.namespace }),
        ...(ofFleet ? { labelSelector: `${fleetLabel}=${place.fleet.name}` } : {}),
      }
      const items = place.cluster.list(query).then((list) => list.items)
      known.set(key, items)
      return items
    },
  }
}
