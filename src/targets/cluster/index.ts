/**
 * The operating half that the targets on Kubernetes share: a Fleet’s rendered objects against a live API server. What differs
 * between the targets is rendered; here objects are objects.
 *
 * - `target.ts` is the contract, over one connection.
 */
export { clusterTargetNames, createClusterTarget, type ClusterTargetName, type ClusterTargetParts } from './target.ts'
