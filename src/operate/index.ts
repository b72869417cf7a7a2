/**
 * The verbs over a target: read a Fleet, plan it, apply it, ask for its status and logs, delete it.
 */
export {
  doctorChecks,
  examine,
  explainWhy,
  planPrerequisites,
  prerequisites,
  proveOptimisations,
  type Cause,
  type CheckDescription,
  type CheckResult,
  type ExamineContext,
  type GatewayAddress,
  type InstallPlan,
  type Prerequisite,
  type WhyQuestion,
} from './doctor/index.ts'
export {
  explainField,
  type EngineDestination,
  type FieldExplanation,
  type TargetDestination,
  targetPlaces,
  type TargetPlaces,
} from './explain/index.ts'
export { askNames } from './online/index.ts'
export { findTarget, type TargetPlace } from './find-target.ts'
export {
  ClusterScaler,
  readLoadOf,
  scaleCluster,
  whoScales,
  type ClusterScalerParts,
  type GatewaysAsked,
  type LoadReader,
  type ScaleClusterParts,
} from './autoscale/index.ts'
export { explainScaling, scalingReasonText, type ScalingExplanation } from './scaling/index.ts'
export type { PoolScaling } from '../observe/index.ts'
export type { ExplainedScaling, UnscaledPool } from '../targets/index.ts'
export { readChatTemplates } from './read-chat-templates.ts'
export { readGeometries } from './read-geometries.ts'
export { renderFleet, type RenderedFleet } from './render-fleet.ts'
export { renderSource, type RenderedFleetSource } from './render-source.ts'
export { planActions, type PlannedActions } from './plan-actions.ts'
export { readFleet, type ReadFleet, type ReadFleetOptions } from './read-fleet.ts'
export { meansFile, resolveFleetName } from './resolve-fleet-name.ts'
export {
  applyFleet,
  deleteFleet,
  fleetEvents,
  fleetLogs,
  fleetRevisions,
  fleetStatus,
  forwardPort,
  planFleet,
  restartFleet,
  rollbackFleet,
  rolloutFleet,
  scaleFleet,
} from './verbs.ts'
export type * from '../targets/contract.ts'
