import {
  ClusterError,
  fieldManager,
  type ClusterClient,
  type KubernetesObject,
  type LiveObject,
  type ObjectRef,
} from '../../../kubernetes/index.ts'
import type { FleetSecret } from '../../contract.ts'
import { holdsAlready } from '../difference/holds-already.ts'
import { loadInventory } from '../inventory/inventory-store.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { inParallel } from '../objects/in-parallel.ts'
import { keyOf, refOf } from '../objects/object-names.ts'
import { loadRevision } from '../revisions/revision-store.ts'
import { observeSecrets } from '../secrets/observe-secrets.ts'
import { leaveReplicas } from './leave-replicas.ts'
import type { ObservedFleet, ObservedObject, Verdict } from './observed.ts'

/** Requests at once: an API server serves a few hundred, and gives one client its share. */
const width = 12

/** A Fleet and the objects that it is to be. */
export interface DesiredFleet {
  readonly fleet: string
  readonly namespace: string
  readonly objects: readonly KubernetesObject[]
  /** What it refers to. */
  readonly secrets: readonly FleetSecret[]
}

/** Looks at what a cluster has of a Fleet, and asks it for each object what it would become; changes nothing. */
export async function observeFleet(
  client: ClusterClient,
  { fleet, namespace, objects, secrets: wanted }: DesiredFleet,
  signal: AbortSignal,
): Promise<ObservedFleet> {
  const namespaceState = await readNamespaceState(client, namespace, objects)
  const isThere = namespaceState === 'present'
  const stored = isThere ? await loadInventory(client, fleet, namespace) : undefined
  const inventory = stored?.inventory
  const [live, applied] = await Promise.all([
    readLive(client, fleet, namespace, objects, inventory, signal),
    readApplied(client, fleet, namespace, inventory),
  ])
  const absentNamespaces = new Set(isThere ? [] : [namespace])
  const isSettled = inventory?.state === 'settled'
  const observed = await inParallel<KubernetesObject, ObservedObject>(objects, width, async (object) => {
    signal.throwIfAborted()
    const key = keyOf(refOf(object))
    const known = live.get(key)
    const wanted = leaveReplicas(object, known)
    if (isSettled && known !== undefined && holdsAlready(wanted, leaveReplicas(applied.get(key), known), known)) {
      return { wanted, live: known, verdict: { kind: 'taken', result: known, conflicts: [] } }
    }
    return observeObject(client, wanted, known, absentNamespaces)
  })
  const wantedKeys = new Set(objects.map((object) => keyOf(refOf(object))))
  const gone = (inventory?.objects ?? []).filter((ref) => !wantedKeys.has(keyOf(ref)))
  const leftovers = await inParallel(gone, width, async (ref) => ({
    ref,
    live: live.get(keyOf(ref)) ?? (await getIfServed(client, ref)),
  }))
  const secrets = await observeSecrets(client, wanted, absentNamespaces)
  return { namespace, namespaceState, inventory, objects: observed, applied, leftovers, secrets }
}

async function readNamespaceState(
  client: ClusterClient,
  namespace: string,
  objects: readonly KubernetesObject[],
): Promise<ObservedFleet['namespaceState']> {
  const isRendered = objects.some(({ kind, metadata }) => kind === 'Namespace' && metadata.name === namespace)
  try {
    const live = await client.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
    if (live === undefined) return isRendered ? 'rendered' : 'absent'
    return live.metadata.deletionTimestamp === undefined ? 'present' : 'terminating'
  } catch (error) {
    // Whoever may only work inside a namespace cannot look at it; that it is absent shows soon enough.
    if (error instanceof ClusterError && error.reason === 'forbidden') return 'present'
    throw error
  }
}

/** All objects with the Fleet’s label, of the kinds that it has or is to have, by one list for each kind. */
async function readLive(
  client: ClusterClient,
  fleet: string,
  namespace: string,
  objects: readonly KubernetesObject[],
  inventory: Inventory | undefined,
  signal: AbortSignal,
): Promise<Map<string, LiveObject>> {
  const refs = [...objects.map(refOf), ...(inventory?.objects ?? [])]
  const kinds = [...new Map(refs.map((ref) => [`${ref.apiVersion} ${ref.kind} ${ref.namespace ?? ''}`, ref])).values()]
  const lists = await inParallel(kinds, width, async ({ apiVersion, kind, namespace: place }) => {
    signal.throwIfAborted()
    const labelSelector = `fairlead.dev/fleet=${fleet}`
    const query = { apiVersion, kind, labelSelector, ...(place === undefined ? {} : { namespace: place ?? namespace }) }
    return client.list(query).then(
      ({ items }) => items,
      (error: unknown) => {
        if (error instanceof ClusterError && ['no-such-kind', 'not-found', 'forbidden'].includes(error.reason))
          return []
        throw error
      },
    )
  })
  // Lists leave the kind out of each item in some servers.
  return new Map(
    kinds.flatMap(({ apiVersion, kind }, index) =>
      (lists[index] ?? []).map(
        (item) => [keyOf({ ...refOf(item), apiVersion, kind }), { ...item, apiVersion, kind }] as const,
      ),
    ),
  )
}

async function readApplied(
  client: ClusterClient,
  fleet: string,
  namespace: string,
  inventory: Inventory | undefined,
): Promise<ReadonlyMap<string, KubernetesObject>> {
  if (inventory === undefined || inventory.revision === 0) return new Map()
  const revision = await loadRevision(client, fleet, namespace, inventory.revision)
  return new Map((revision?.objects ?? []).map((object) => [keyOf(refOf(object)), object]))
}

/** An object; undefined where it or its whole kind is not there. */
async function getIfServed(client: ClusterClient, ref: ObjectRef): Promise<LiveObject | undefined> {
  try {
    return await client.get(ref)
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'no-such-kind') return undefined
    throw error
  }
}

async function observeObject(
  client: ClusterClient,
  wanted: KubernetesObject,
  known: LiveObject | undefined,
  absentNamespaces: ReadonlySet<string>,
): Promise<ObservedObject> {
  const { namespace } = wanted.metadata
  if (namespace !== undefined && absentNamespaces.has(namespace)) {
    const isServed = await client.serves(wanted.apiVersion, wanted.kind)
    return { wanted, live: undefined, verdict: { kind: isServed ? 'unasked' : 'unserved' } }
  }
  const verdict = await askFor(client, wanted)
  if (known !== undefined || verdict.kind === 'unserved') return { wanted, live: known, verdict }
  // Only what is there already has a version before anything is stored.
  const isThere =
    verdict.kind === 'refused' || (verdict.kind === 'taken' && verdict.result.metadata.resourceVersion !== undefined)
  return { wanted, live: isThere ? await getIfServed(client, refOf(wanted)) : undefined, verdict }
}

/** Asks by a dry run; where fields are others’, a second time as if they were taken over. */
async function askFor(client: ClusterClient, wanted: KubernetesObject): Promise<Verdict> {
  try {
    return { kind: 'taken', result: await client.apply(wanted, { dryRun: true, fieldManager }), conflicts: [] }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    if (error.reason === 'conflict' && error.fields.length > 0) return askForced(client, wanted, error)
    return verdictOf(error)
  }
}

async function askForced(client: ClusterClient, wanted: KubernetesObject, { fields }: ClusterError): Promise<Verdict> {
  try {
    const result = await client.apply(wanted, { dryRun: true, force: true, fieldManager })
    return { kind: 'taken', result, conflicts: fields }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    return verdictOf(error)
  }
}

/** What a refusal says of the object; failures that say nothing of it are thrown. */
function verdictOf(error: ClusterError): Verdict {
  switch (error.reason) {
    case 'no-such-kind':
      return { kind: 'unserved' }
    // A RoleBinding of somebody who is no administrator is judged by its Role, which the same plan may be about to make.
    case 'not-found':
      return { kind: 'unasked' }
    case 'invalid':
    case 'quota':
    case 'admission':
    case 'conflict':
      return { kind: 'refused', reason: error.reason, message: error.message }
    default:
      throw error
  }
}
