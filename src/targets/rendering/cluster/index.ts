/**
 * What all targets on Kubernetes share: names and labels of a Fleet’s objects, and its engines and gateway as pods, with the
 * volumes, GPUs, places and secrets that they need. Pure.
 */
export { inApplyOrder } from './apply-order.ts'
export { commentsAt } from './commented.ts'
export { portName } from './container-probes.ts'
export { engineSecurity } from './container-security.ts'
export {
  clusterContext,
  enginePart,
  gatewayPart,
  type ClusterContext,
  type ObjectsOf,
  type PartOfFleet,
  type Rendered,
} from './context.ts'
export { enginePod } from './engine-pod.ts'
export { gatewayPod } from './gateway-pod.ts'
export { secretFileNotes } from './gateway-secrets.ts'
export { gpuRequest, gpusOfPod, hardwareOf, sharingOf } from './gpu-request.ts'
export { gpuNotes } from './gpus.ts'
export { keysNotes } from './keys.ts'
export { modelCacheNotes, modelCacheOf, modelClaims, modelSizeNotes } from './model-cache.ts'
export { nodeCommands, nodeNotes } from './nodes.ts'
export { engineFileNotes, neededSecrets, secretNotes, secretsComment } from './secret-list.ts'
export { templatesConfigMap } from './templates.ts'
