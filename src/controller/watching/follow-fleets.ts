import { startReflector, type ClusterClient, type LiveObject, type Reflector } from '../../kubernetes/index.ts'
import { fleetApiVersion, fleetKind, fleetReference } from '../fleet-object/index.ts'
import type { ClusterTargetName } from '../../targets/index.ts'
import { ownedKindsOf } from '../owned-kinds.ts'
import type { Need } from '../reconcile/index.ts'
import { ownedFieldsDigest } from './owned-fields.ts'

/** How Fleets are followed. */
export interface FollowOptions {
  readonly client: ClusterClient
  /** All namespaces when absent. */
  readonly namespace: string | undefined
  /** Whose kinds are followed. */
  readonly targets: readonly ClusterTargetName[]
  /** Something is to be done to a Fleet, `namespace/name`. */
  readonly onNeed: (key: string, need: Need) => void
  /** The server cannot be followed for a kind; null once it can again. */
  readonly onProblem: (kind: string, problem: Error | null) => void
}

/** Fleets and their objects, followed. */
export interface Following {
  /** Resolves once every Fleet has been listed. */
  readonly synced: Promise<void>
  readonly fleets: number
  close(): Promise<void>
}

/** What is kept of an object of a Fleet. */
interface Owned {
  readonly fleet: string
  readonly fields: string
}

const fleetLabel = 'fairlead.dev/fleet'
const ownedSelector = `app.kubernetes.io/managed-by=fairlead,${fleetLabel}`
/** What says of a Fleet that it is to be applied anew. Its status and our finaliser do not. */
const wantedOf = ({ metadata }: LiveObject) =>
  `${metadata.uid} ${metadata.generation ?? 0} ${metadata.deletionTimestamp ?? ''} ${JSON.stringify(metadata.annotations ?? {})}`

/** Follows Fleets, and the objects of every kind that a Fleet may have. */
export function followFleets({ client, namespace, targets, onNeed, onProblem }: FollowOptions): Following {
  const place = namespace === undefined ? {} : { namespace }
  const fleets = startReflector({
    client,
    query: { apiVersion: fleetApiVersion, kind: fleetKind, ...place },
    select: wantedOf,
    onProblem: (problem) => onProblem(fleetKind, problem),
  })
  fleets.subscribe((changes) => {
    for (const change of changes) {
      if (change.kind === 'put' && change.value !== change.before) onNeed(change.key, 'apply')
    }
  })
  const owned = ownedKindsOf(targets).map(({ apiVersion, kind }) => {
    const query = { apiVersion, kind, labelSelector: ownedSelector, ...place }
    const reflector = startReflector({
      client,
      query,
      select: ownedOf,
      onProblem: (problem) => onProblem(kind, problem),
    })
    follow(reflector, (key, need) => {
      // A Fleet that is not there, or that a person applies by the command, is nobody’s here.
      if (fleets.get(fleetReference(key)) !== undefined) onNeed(key, need)
    })
    return reflector
  })
  return {
    synced: fleets.synced,
    get fleets() {
      return fleets.size
    },
    close: async () => {
      await Promise.all([fleets, ...owned].map((reflector) => reflector.close()))
    },
  }
}

function ownedOf(object: LiveObject): Owned | undefined {
  const { labels, namespace } = object.metadata
  const name = labels?.[fleetLabel]
  return name === undefined || namespace === undefined
    ? undefined
    : { fleet: `${namespace}/${name}`, fields: ownedFieldsDigest(object) }
}

function follow(reflector: Reflector<Owned>, onNeed: (key: string, need: Need) => void): void {
  reflector.subscribe((changes) => {
    for (const change of changes) {
      if (change.kind === 'gone') onNeed(change.before.fleet, 'repair')
      else if (change.before === undefined) onNeed(change.value.fleet, 'status')
      else onNeed(change.value.fleet, change.value.fields === change.before.fields ? 'status' : 'repair')
    }
  })
}
