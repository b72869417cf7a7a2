/**
 * What all targets on Kubernetes share: names and labels of a Fleet’s objects, and its engines and gateway as pods, with the
 * volumes, GPUs, places and secrets that they need. Pure.
 */
export { inApplyOrder, inApplyRanks } from './apply-order.ts'
export { commentsAt, type Commented } from './commented.ts'
export { portName } from './container-probes.ts'
export { containerSecurityContext, engineSecurity, ownSecurity, podSecurityContext } from './container-security.ts'
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
export { gatewayInfrastructure, infrastructureComment } from './gateway-infrastructure.ts'
export { gatewayObjects } from './gateway-objects.ts'
export { gpuRequest, gpusOfPod, hardwareOf, sharingOf } from './gpu-request.ts'
export { gpuNotes } from './gpus.ts'
export { keyedFleet, keysNotes } from './keys.ts'
export { namesOf } from './names.ts'
export { modelCacheOf } from './model-cache.ts'
export { nodeCommands, nodeNotes } from './nodes.ts'
export { secretFileKey } from './gateway-secrets.ts'
export { byteQuantity, cpuQuantity } from './quantities.ts'
export { resourcesSaid } from './resources-said.ts'
export { engineFileNotes, neededSecrets, secretNotes, withSecretsAhead } from './secret-list.ts'
export { podMetadata, templatesConfigMap } from './templates.ts'
export { envVars, literal } from './container-environment.ts'
export { fetchersOf, renderDownloads } from './objects/downloads.ts'
export { renderImageHolders } from './objects/image-holders.ts'
export { renderModelStorage } from './objects/model-storage.ts'
export { renderServiceAccounts } from './objects/service-accounts.ts'
