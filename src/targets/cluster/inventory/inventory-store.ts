import { ClusterError, type ClusterClient, type LiveObject } from '../../../kubernetes/index.ts'
import { UserError } from '../../../errors/index.ts'
import { inventoryName, readInventory, writeInventory, type Inventory, type RecordObject } from './inventory.ts'

/** An inventory with the version that it was read at. */
export interface StoredInventory {
  readonly inventory: Inventory
  readonly resourceVersion: string
}

const refFor = (fleet: string, namespace: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name: inventoryName(fleet),
})

function stored(object: LiveObject, fleet: string): StoredInventory {
  const inventory = readInventory(object as RecordObject & LiveObject, fleet)
  const { resourceVersion } = object.metadata
  if (inventory === undefined || resourceVersion === undefined) {
    throw new UserError({
      what: `ConfigMap ${object.metadata.name} is not an inventory of Fairlead`,
      where: `namespace ${object.metadata.namespace ?? ''}`,
      why: 'It was changed, or written by a newer version. Without it nobody knows which objects belong to the Fleet.',
      mend: 'Use the newer version; or delete it, after which what the Fleet no longer names is not removed.',
      command: `kubectl delete configmap ${object.metadata.name} -n ${object.metadata.namespace ?? ''}`,
    })
  }
  return { inventory, resourceVersion }
}

/** The inventory of a Fleet; undefined where none was ever applied. */
export async function loadInventory(
  client: ClusterClient,
  fleet: string,
  namespace: string,
): Promise<StoredInventory | undefined> {
  const object = await client.get(refFor(fleet, namespace))
  return object === undefined ? undefined : stored(object, fleet)
}

/**
 * Writes an inventory over the one that was read.
 * @throws UserError when somebody else has written it since
 */
export async function saveInventory(
  client: ClusterClient,
  inventory: Inventory,
  namespace: string,
  before: StoredInventory | undefined,
): Promise<StoredInventory> {
  const object = writeInventory(inventory, namespace, before?.resourceVersion)
  try {
    const written = before === undefined ? await client.create(object) : await client.update(object)
    return stored(written, inventory.fleet)
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== 'conflict') throw error
    throw new UserError({
      what: `Somebody else changes Fleet ${inventory.fleet} at the same time`,
      why: 'Its inventory was written by another process since this one read it.',
      mend: 'Wait until the other has finished, and run the command again; it goes on from what is there then.',
      cause: error,
    })
  }
}

/** Removes the inventory: nothing of the Fleet is left. */
export function removeInventory(client: ClusterClient, fleet: string, namespace: string): Promise<boolean> {
  return client.delete(refFor(fleet, namespace))
}
