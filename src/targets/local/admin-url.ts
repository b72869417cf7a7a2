import type { Environment } from '../../files/index.ts'
import { reachable, urlOf } from './ports.ts'
import { findSupervisor } from './running.ts'
import { stateFolderOf } from './state-folder.ts'

/** Where the gateway of a Fleet on this machine is administered; null where none serves. */
export async function readAdminUrl(fleet: string, environment: Environment): Promise<string | null> {
  const found = await findSupervisor(stateFolderOf(environment, fleet))
  const gateway = found.kind === 'running' ? (found.state?.gateway ?? null) : null
  return gateway === null || gateway.state !== 'ready' ? null : urlOf(reachable(gateway.admin))
}
