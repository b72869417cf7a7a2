import type { Environment } from '../../files/index.ts'
import type { ClusterChoice, ClusterClient } from './contract.ts'

/**
 * A client of the cluster that is meant, with the kubeconfig read and nothing asked of the server yet.
 * @throws {UserError} where no cluster is configured, or what is configured cannot be used
 */
export async function connectToCluster(choice: ClusterChoice, environment: Environment): Promise<ClusterClient> {
  // Most of what imports this folder writes objects and speaks to no cluster.
  const [{ chooseCluster }, { KubeClient }] = await Promise.all([
    import('./choose-cluster.ts'),
    import('./kube-client.ts'),
  ])
  return new KubeClient(await chooseCluster(choice, environment))
}
