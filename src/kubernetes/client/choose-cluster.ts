import { UserError } from '../../errors/index.ts'
import type { Environment } from '../../files/index.ts'
import type { ClusterChoice } from './contract.ts'
import type { Credentials } from './credentials.ts'
import { findOwnCluster, inClusterCredentials } from './in-cluster.ts'
import { chooseContext, kubeconfigCredentials } from './kubeconfig-credentials.ts'
import { kubeconfigPaths, readKubeconfig } from './kubeconfig-files.ts'
import { isPlain, plainCredentials } from './plain-credentials.ts'

/**
 * Finds the cluster as kubectl does: `--kubeconfig`, then `KUBECONFIG`, then `~/.kube/config`; where none of them is there and
 * this process is a pod, its own cluster.
 * @throws {UserError} where there is none, or what is there cannot be used
 */
export async function chooseCluster(choice: ClusterChoice, environment: Environment): Promise<Credentials> {
  const paths = kubeconfigPaths(choice, environment)
  const config = await readKubeconfig(paths)
  if (config !== undefined) {
    const chosen = chooseContext(config, choice)
    return isPlain(chosen) ? plainCredentials(chosen) : kubeconfigCredentials(chosen)
  }
  const isNamed = choice.kubeconfig !== undefined || (environment['KUBECONFIG'] ?? '') !== ''
  const own = isNamed || choice.context !== undefined ? undefined : findOwnCluster(environment)
  if (own !== undefined) return inClusterCredentials(own, choice.namespace)
  throw new UserError({
    what: 'No Kubernetes cluster is configured',
    where: paths.join(', '),
    why: paths.length === 1 ? 'There is no such file.' : 'None of these files is there.',
    mend: 'Name a kubeconfig with --kubeconfig or KUBECONFIG, or put one at ~/.kube/config; in a pod, mount a service account.',
    command: 'kubectl config view',
  })
}
