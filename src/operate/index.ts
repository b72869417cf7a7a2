/**
 * The verbs over a target: read a Fleet, plan it, apply it, ask for its status and logs, delete it. Each part beside them has a
 * door of its own, so that a command loads what it works with alone: `planning` (what is rendered), `scaling` and `autoscale`,
 * `doctor`, `explain`, `gpu`, `images`, `online`, `secrets`, `support`.
 */
export { findTarget, type TargetPlace } from './find-target.ts'
export { readFleet, type ReadFleet, type ReadFleetOptions } from './read-fleet.ts'
export { meansFile, resolveFleetName } from './resolve-fleet-name.ts'
export {
  applyFleet,
  debugReplica,
  deleteFleet,
  execInReplica,
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
