import { setTimeout as delay } from 'node:timers/promises'
import { ClusterError, type ClusterClient, type LiveObject, type ObjectRef } from '../../../kubernetes/index.ts'
import type { DeleteOptions, DeleteResult, WorkContext } from '../../contract.ts'
import { inApplyRanks } from '../../rendering/cluster/index.ts'
import { asOnlyOperator } from '../applying/lock.ts'
import { withRetries } from '../applying/with-retries.ts'
import { findFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { listOfFleet } from '../fleets/parts.ts'
import { loadInventory, removeInventory, saveInventory } from '../inventory/inventory-store.ts'
import { unionOf } from '../inventory/inventory.ts'
import { inParallel } from '../objects/in-parallel.ts'
import { refOf, titleOf } from '../objects/object-names.ts'
import { holdsData, isOfFleet, isShared } from '../objects/ownership.ts'
import { removeOldRevisions } from '../revisions/revision-store.ts'

const width = 12
const pollMs = 500
/** Longer than any grace that engines get. */
const usualTimeoutMs = 10 * 60_000

/** Removes a Fleet from a cluster: all that its inventory has and that is still its own. */
export async function deleteFleet(
  client: ClusterClient,
  fleet: string,
  { volumes = false }: DeleteOptions,
  context: WorkContext,
): Promise<DeleteResult> {
  const found = await findFleet(client, fleet)
  const { namespace } = found ?? client
  const { signal } = context
  if (found === undefined) {
    // Volumes that an earlier delete kept can still be told to go.
    const claims = volumes ? await volumesOf(client, namespace, fleet) : []
    const removed = await removeAll(client, claims, signal)
    return { wasThere: removed.length > 0, removed, kept: [] }
  }
  return asOnlyOperator(client, { fleet, namespace, signal }, (held) =>
    removeFleet(client, found, volumes, { ...context, signal: held }),
  )
}

async function removeFleet(
  client: ClusterClient,
  { namespace, inventory }: FoundFleet,
  volumes: boolean,
  context: WorkContext,
): Promise<DeleteResult> {
  const { fleet } = inventory
  const { signal, progress } = context
  const stored = await loadInventory(client, fleet, namespace)
  if (stored !== undefined && inventory.state === 'settled') {
    await saveInventory(
      client,
      { ...stored.inventory, state: 'applying', since: new Date().toISOString() },
      namespace,
      stored,
    )
  }
  const refs = unionOf(inventory.objects, (await volumesOf(client, namespace, fleet)).map(refOf))
  const live = await inParallel(refs, width, (ref) => getIfThere(client, ref))
  const there = live.filter((object) => object !== undefined)
  const [going, kept] = [[] as LiveObject[], [] as string[]]
  for (const object of there) {
    const stays = isShared(object.kind) || (holdsData(object.kind) && !volumes) || !isOfFleet(object, fleet, namespace)
    if (stays) kept.push(titleOf(refOf(object)))
    else going.push(object)
  }
  const step = progress.step(`Delete Fleet ${fleet}`)
  step.update(`${going.length} objects`)
  const removed = await removeAll(client, going, signal)
  await untilNoPods(client, namespace, fleet, context, (count) => step.update(`${count} pods are ending`))
  await removeOldRevisions(client, fleet, namespace, 0)
  await removeInventory(client, fleet, namespace)
  step.succeed(`${removed.length} objects removed`)
  return { wasThere: true, removed, kept }
}

/** Claims with the Fleet’s label. */
async function volumesOf(client: ClusterClient, namespace: string, fleet: string): Promise<readonly LiveObject[]> {
  const claims = await listOfFleet(client, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, { namespace, fleet })
  return claims.filter((claim) => isOfFleet(claim, fleet, namespace))
}

async function getIfThere(client: ClusterClient, ref: ObjectRef): Promise<LiveObject | undefined> {
  try {
    const object = await client.get(ref)
    return object === undefined ? undefined : { ...object, apiVersion: ref.apiVersion, kind: ref.kind }
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'no-such-kind') return undefined
    throw error
  }
}

/** Removes objects, what others need last; resolves to what went. */
async function removeAll(
  client: ClusterClient,
  objects: readonly LiveObject[],
  signal: AbortSignal,
): Promise<string[]> {
  const removed: string[] = []
  for (const rank of inApplyRanks(objects, (object) => object).toReversed()) {
    const gone = await inParallel(rank, width, async (object) => {
      const { uid } = object.metadata
      const isGone = await withRetries(() => client.delete(refOf(object), { uid, propagation: 'Background' }), signal)
      return isGone ? [titleOf(refOf(object))] : []
    })
    removed.push(...gone.flat())
  }
  return removed
}

async function untilNoPods(
  client: ClusterClient,
  namespace: string,
  fleet: string,
  { signal, timeoutMs = usualTimeoutMs }: WorkContext,
  onWait: (pods: number) => void,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const pods = await listOfFleet(client, { apiVersion: 'v1', kind: 'Pod' }, { namespace, fleet })
    if (pods.length === 0 || Date.now() > deadline) return
    onWait(pods.length)
    await delay(pollMs, undefined, { signal })
  }
}
