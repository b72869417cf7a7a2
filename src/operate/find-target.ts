import { exitCodes, UserError } from '../errors/index.ts'
import type { Environment } from '../files/index.ts'
import { targetNames, type TargetName } from '../fleet/index.ts'
import { connectToCluster, type ClusterChoice, type ClusterClient } from '../kubernetes/index.ts'
import type { ClusterTargetName } from '../targets/cluster/index.ts'
import type { Target } from '../targets/contract.ts'

/** Where a target is, for those that are not this machine. */
export interface TargetPlace extends ClusterChoice {
  readonly environment: Environment
  /** Folder of the project, for target compose; one of the Fleet’s state when absent. */
  readonly folder?: string
  /** Connects to the cluster; by the kubeconfig when absent. Tests hand in their own. */
  readonly connect?: (choice: ClusterChoice, environment: Environment) => Promise<ClusterClient>
}

/** How each target is made. Each is loaded when it is wanted: a command pays for the platform that it works on alone. */
const makers: Readonly<Record<TargetName, (place: TargetPlace) => Promise<Target>>> = {
  local: async () => (await import('../targets/local/index.ts')).localTarget,
  compose: async ({ environment, folder }) => {
    const { createComposeTarget } = await import('../targets/compose/index.ts')
    return createComposeTarget(folder === undefined ? { environment } : { environment, folder })
  },
  kubernetes: (place) => onCluster('kubernetes', place),
  kserve: (place) => onCluster('kserve', place),
  llmd: (place) => onCluster('llmd', place),
}

async function onCluster(name: ClusterTargetName, place: TargetPlace): Promise<Target> {
  const { environment, connect = connectToCluster, folder: _folder, ...choice } = place
  const { createClusterTarget } = await import('../targets/cluster/index.ts')
  return createClusterTarget(name, { connect: () => connect(choice, environment) })
}

/**
 * A target by its name. One on a cluster connects when its first verb needs it, and is to be closed.
 * @param place which cluster, for the targets that are on one
 * @throws UserError for a name that is none of them
 */
export async function findTarget(name: string, place: TargetPlace = { environment: process.env }): Promise<Target> {
  const known = targetNames.find((each) => each === name)
  if (known !== undefined) return makers[known](place)
  throw new UserError({
    what: `There is no target “${name}”`,
    why: `This version of Fairlead runs Fleets on ${targetNames.join(', ')}.`,
    mend: 'Use `--target local`, or leave it out.',
    exitCode: exitCodes.usage,
  })
}
