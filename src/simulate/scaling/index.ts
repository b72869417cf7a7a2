/** Replicas that follow their load: the scheduler's own decision over simulated replicas. */
export type { Autoscaling, ScalingFigures, ScalingMoment } from './contract.ts'
export { FleetScaler } from './fleet-scaler.ts'
