import type { Environment } from '../../files/index.ts'
import type { FleetStatus } from '../contract.ts'
import { fleetStatusOf, stoppedStatus } from './fleet-status.ts'
import { readGatewayLoad } from './gateway-load.ts'
import { unreadableStateError } from './read-state.ts'
import { findSupervisor } from './running.ts'
import { stateFolderOf } from './state-folder.ts'

/** What a Fleet on this machine is doing; answers without a gateway too. */
export async function readStatus(fleet: string, environment: Environment): Promise<FleetStatus> {
  const folder = stateFolderOf(environment, fleet)
  const found = await findSupervisor(folder)
  if (found.kind === 'none') return stoppedStatus(fleet)
  if (found.state === undefined) throw unreadableStateError(folder, found.problem ?? '')
  if (found.kind === 'left') return fleetStatusOf(found.state, false)
  const { gateway } = found.state
  return fleetStatusOf(found.state, true, gateway?.state === 'ready' ? await readGatewayLoad(gateway.admin) : undefined)
}
