import type { ClusterClient } from '../../kubernetes/index.ts'
import { fleetReference, type FleetObject } from '../fleet-object/index.ts'

/** Keeps a Fleet that is deleted until what it has become is removed. */
const finaliser = 'fairlead.dev/fleet'

/** Whether the Fleet waits for us before it goes. */
export const hasFinaliser = ({ metadata }: FleetObject) => metadata.finalizers?.includes(finaliser) === true

/** Adds or removes our finaliser and no other; a `conflict` where the Fleet has changed since it was read. */
export async function setFinaliser(client: ClusterClient, fleet: FleetObject, isWanted: boolean): Promise<FleetObject> {
  const { name, namespace = '', resourceVersion, finalizers = [] } = fleet.metadata
  const others = finalizers.filter((each) => each !== finaliser)
  const patch = { metadata: { resourceVersion, finalizers: isWanted ? [...others, finaliser] : others } }
  return (await client.patch(fleetReference(`${namespace}/${name}`), patch)) as FleetObject
}
