import type { LocalState } from '../../discovery/index.ts'
import type { Environment } from '../../files/index.ts'
import type { FleetStatus } from '../contract.ts'
import { fleetLoadOf } from '../fleet-load.ts'
import { fleetStatusOf, stoppedStatus } from './fleet-status.ts'
import { askGateway, byReplica } from './gateway-load.ts'
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
  return withLoad(found.state, environment)
}

async function withLoad(state: LocalState, environment: Environment): Promise<FleetStatus> {
  const { gateway } = state
  const missing = (why: string) => ({ ...fleetStatusOf(state, true), load: fleetLoadOf([], why) })
  if (gateway === null) return missing('there is no gateway')
  if (gateway.state !== 'ready') return missing(`the gateway is ${gateway.state}`)
  const answer = await askGateway(gateway.admin, environment['FAIRLEAD_API_KEY'])
  if ('missing' in answer) return missing(`the gateway ${answer.missing}`)
  return { ...fleetStatusOf(state, true, byReplica(answer.report)), load: fleetLoadOf([answer.report], null) }
}
