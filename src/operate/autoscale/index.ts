/**
 * Scaling of a Fleet in a cluster: the same rounds as on one machine (`src/targets/scaling/`), over the API server and the
 * gateways' pods. The leader of the controller runs them; HorizontalPodAutoscalers, KEDA, KServe and llm-d scale by themselves.
 *
 * - `cluster-scaler.ts` reads and sets, `scale-cluster.ts` goes round.
 */
export { ClusterScaler, type ClusterScalerParts, type GatewaysAsked } from './cluster-scaler.ts'
export { readLoadOf, type LoadReader } from './read-load.ts'
export { scaleCluster, whoScales, type ScaleClusterParts } from './scale-cluster.ts'
