import type { Environment } from '../../../files/index.ts'
import type { TargetName } from '../../../fleet/index.ts'
import type { ClusterClient, LiveObject } from '../../../kubernetes/index.ts'
import type { FleetStatus } from '../../contract.ts'
import { findFleet, type FoundFleet } from '../fleets/find-fleet.ts'
import { listOfFleet, readParts } from '../fleets/parts.ts'
import { findProblems } from '../waiting/problems.ts'
import { addressesOf, addressKinds } from './addresses.ts'
import { readGatewayReports } from './gateway-load.ts'
import { statusOf } from './status.ts'

/** What a Fleet in a cluster is doing; answers for one that is not there too, and without its gateways. */
export async function readStatus(
  client: ClusterClient,
  fleet: string,
  target: TargetName,
  environment: Environment,
  known?: FoundFleet,
): Promise<FleetStatus> {
  const found = known ?? (await findFleet(client, fleet))
  if (found === undefined) return { fleet, target, running: false, gateway: null, replicas: [] }
  const [parts, ways] = await Promise.all([readParts(client, found), readWays(client, found)])
  const [problems, gateways] = await Promise.all([
    findProblems(client, found, parts),
    readGatewayReports(client, found, parts.pods, environment),
  ])
  return statusOf({ target, context: client.context, found, parts, problems, gateways, addresses: addressesOf(ways) })
}

/** The objects that give addresses to a Fleet. */
export async function readWays(
  client: ClusterClient,
  { namespace, inventory }: FoundFleet,
): Promise<readonly LiveObject[]> {
  const kinds = addressKinds.filter(({ kind }) => inventory.objects.some((ref) => ref.kind === kind))
  const lists = await Promise.all(kinds.map((kind) => listOfFleet(client, kind, { namespace, fleet: inventory.fleet })))
  return lists.flat()
}
