import { exitCodes, UserError } from '../errors/index.ts'
import type { Environment } from '../files/index.ts'
import { connectToCluster, type ClusterChoice, type ClusterClient } from '../kubernetes/index.ts'
import {
  clusterTargetNames,
  createClusterTarget,
  createComposeTarget,
  localTarget,
  type Target,
} from '../targets/index.ts'

/** Where a target is, for those that are not this machine. */
export interface TargetPlace extends ClusterChoice {
  readonly environment: Environment
  /** Folder of the project, for target compose; one of the Fleet’s state when absent. */
  readonly folder?: string
  /** Connects to the cluster; by the kubeconfig when absent. Tests hand in their own. */
  readonly connect?: (choice: ClusterChoice, environment: Environment) => Promise<ClusterClient>
}

const known = ['local', 'compose', ...clusterTargetNames]

/**
 * A target by its name. One on a cluster connects when its first verb needs it, and is to be closed.
 * @param place which cluster, for the targets that are on one
 * @throws UserError for a name that is none of them
 */
export function findTarget(name: string, place: TargetPlace = { environment: process.env }): Target {
  if (name === localTarget.name) return localTarget
  if (name === 'compose') {
    const { environment, folder } = place
    return createComposeTarget(folder === undefined ? { environment } : { environment, folder })
  }
  const cluster = clusterTargetNames.find((each) => each === name)
  if (cluster !== undefined) {
    const { environment, connect = connectToCluster, folder: _folder, ...choice } = place
    return createClusterTarget(cluster, { connect: () => connect(choice, environment) })
  }
  throw new UserError({
    what: `There is no target “${name}”`,
    why: `This version of Fairlead runs Fleets on ${known.join(', ')}.`,
    mend: 'Use `--target local`, or leave it out.',
    exitCode: exitCodes.usage,
  })
}
