/**
 * Speaks to an API server: which cluster and as whom, objects of any kind, watches, logs, commands and ports of pods, and what
 * to say when it fails.
 */
export { ClusterError, type ClusterErrorParts, type RequestSubject } from './cluster-error.ts'
export { connectToCluster } from './connect.ts'
export { explainClusterError, type ClusterPlace } from './explain-cluster-error.ts'
export { mendWebhookRefusal, readWebhookRefusal, tellWebhookRefusal, webhooksCommand } from './webhook-refusal.ts'
