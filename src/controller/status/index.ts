/**
 * What the controller says of a Fleet: the status of its object, from what was found and done. Pure.
 */
export { withCondition, type ConditionClaim } from './conditions.ts'
export { conditionReason, statusOf, type FleetObjectStatus, type Outcome } from './fleet-status.ts'
