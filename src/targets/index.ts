/**
 * Where a Fleet runs: one folder for each platform. `local` runs processes on this machine; the others are rendered.
 */
export type * from './contract.ts'
export { askLoadReport } from './ask-load-report.ts'
export { clusterTargetNames, type ClusterTargetName } from './cluster/index.ts'
export { fleetFileOf, localTarget, readLocalScaling } from './local/index.ts'
export { findRenderer, renderers } from './renderers.ts'
export {
  controllerName,
  explainedOf,
  poolsToScale,
  ScalingLoop,
  toldOf,
  type CountedPool,
  type ExplainedScaling,
  type GatewayReading,
  type ScaledPool,
  type Scaler,
  type ToldScaling,
  type UnscaledPool,
} from './scaling/index.ts'
export {
  filesOf,
  helmOf,
  isObject,
  kustomizeOf,
  recordOf,
  streamOf,
  textOf,
  writeFolder,
  type OutputFile,
  type WrittenFolder,
} from './rendering/output/index.ts'
export {
  gatewayPorts,
  modelLabels,
  ownImage,
  underRegistry,
  secretsOf,
  type Artifact,
  type NamedSecret,
  type Rendering,
} from './rendering/index.ts'
