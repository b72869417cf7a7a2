/**
 * The operating half that the targets on Kubernetes share: a Fleet’s rendered objects against a live API server. What differs
 * between the targets is rendered; here objects are objects.
 *
 * - `target.ts` is the contract, over one connection; `changes.ts` are the verbs that plan and apply.
 */
export { clusterTargetNames, type ClusterTargetName } from './target-names.ts'
export { createClusterTarget, type ClusterTargetParts } from './target.ts'
