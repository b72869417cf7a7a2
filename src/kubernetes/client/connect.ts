import type { Environment } from '../../files/index.ts'
import { chooseCluster } from './choose-cluster.ts'
import type { ClusterChoice, ClusterClient } from './contract.ts'
import { KubeClient } from './kube-client.ts'

/**
 * A client of the cluster that is meant, with the kubeconfig read and nothing asked of the server yet.
 * @throws {UserError} where no cluster is configured, or what is configured cannot be used
 */
export async function connectToCluster(choice: ClusterChoice, environment: Environment): Promise<ClusterClient> {
  return new KubeClient(await chooseCluster(choice, environment))
}
