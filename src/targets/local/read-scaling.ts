import type { Environment } from '../../files/index.ts'
import type { PoolScaling } from '../../observe/report/index.ts'
import { findSupervisor } from './running.ts'
import { stateFolderOf } from './state-folder.ts'

/** How the Fleet of a name is scaled on this machine; undefined where it does not run. */
export async function readLocalScaling(
  fleetName: string,
  environment: Environment,
): Promise<{ readonly fleetFile: string; readonly scaling: readonly PoolScaling[] } | undefined> {
  const found = await findSupervisor(stateFolderOf(environment, fleetName))
  if (found.kind !== 'running' || found.state === undefined) return undefined
  const { fleetFile, scaling = [] } = found.state
  return { fleetFile, scaling }
}
