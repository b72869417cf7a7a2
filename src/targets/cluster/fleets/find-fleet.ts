import { UserError } from '../../../errors/index.ts'
import { ClusterError, type ClusterClient, type LiveObject } from '../../../kubernetes/index.ts'
import { loadInventory } from '../inventory/inventory-store.ts'
import { inventoryName, readInventory, type Inventory, type RecordObject } from '../inventory/inventory.ts'

/** A Fleet that is in a cluster, and where. */
export interface FoundFleet {
  readonly namespace: string
  readonly inventory: Inventory
}

const inventories = 'fairlead.dev/record=inventory'

/** The inventories of all namespaces; of the client’s own where this account may not look further. */
async function listInventories(client: ClusterClient, labelSelector: string): Promise<readonly LiveObject[]> {
  const query = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector }
  try {
    return (await client.list(query)).items
  } catch (error) {
    if (!(error instanceof ClusterError) || error.reason !== 'forbidden') throw error
    return (await client.list({ ...query, namespace: client.namespace })).items
  }
}

/** Names of the Fleets in a cluster, sorted. */
export async function listFleets(client: ClusterClient, target: string): Promise<readonly string[]> {
  const found = await listInventories(client, inventories)
  const names = found.flatMap((object) => {
    const fleet = object.metadata.labels?.['fairlead.dev/fleet'] ?? ''
    return readInventory(object as RecordObject & LiveObject, fleet)?.target === target ? [fleet] : []
  })
  return [...new Set(names)].toSorted()
}

/**
 * The Fleet of a name: in the given namespace, which is the client’s where none is given, else in the only one that has it.
 * @throws UserError where several have it
 */
export async function findFleet(
  client: ClusterClient,
  fleet: string,
  namespace: string = client.namespace,
): Promise<FoundFleet | undefined> {
  const here = await loadInventory(client, fleet, namespace)
  if (here !== undefined) return { namespace, inventory: here.inventory }
  const found = (await listInventories(client, `${inventories},fairlead.dev/fleet=${fleet}`)).flatMap((object) => {
    const inventory = readInventory(object as RecordObject & LiveObject, fleet)
    const place = object.metadata.namespace
    return inventory === undefined || place === undefined ? [] : [{ namespace: place, inventory }]
  })
  if (found.length <= 1) return found[0]
  throw new UserError({
    what: `There are ${found.length} Fleets ${fleet} in this cluster`,
    why: `They are in namespaces ${found.map(({ namespace: place }) => place).join(', ')}.`,
    mend: 'Say which one with -n NAMESPACE.',
  })
}

/** The same, for verbs that need one. */
export async function requireFleet(client: ClusterClient, fleet: string, namespace?: string): Promise<FoundFleet> {
  const found = await findFleet(client, fleet, namespace)
  if (found !== undefined) return found
  throw new UserError({
    what: `There is no Fleet ${fleet} in this cluster`,
    where: `context ${client.context}, namespace ${client.namespace}`,
    why: `No namespace that this account sees has ConfigMap ${inventoryName(fleet)}, which applying writes first.`,
    mend: 'Choose another cluster with --context, a namespace with -n, or apply the Fleet first.',
    command: 'fairlead apply',
  })
}
