/**
 * The verbs over a target: read a Fleet, plan it, apply it, ask for its status and logs, delete it.
 */
export { explainField, type EngineDestination, type FieldExplanation } from './explain/index.ts'
export { findTarget } from './find-target.ts'
export { readChatTemplates } from './read-chat-templates.ts'
export { readGeometries } from './read-geometries.ts'
export { renderFleet, type RenderedFleet } from './render-fleet.ts'
export { planActions, type PlannedActions } from './plan-actions.ts'
export { readFleet, type ReadFleet, type ReadFleetOptions } from './read-fleet.ts'
export { resolveFleetName } from './resolve-fleet-name.ts'
export { applyFleet, deleteFleet, fleetLogs, fleetStatus } from './verbs.ts'
export type { FleetSource, FleetStatus, ReplicaStatus } from '../targets/index.ts'
