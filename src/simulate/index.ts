/**
 * The simulator: a fleet over a workload, event by event, with the scheduler's own code and a model of the engine, to
 * answer before buying: how many replicas, which policy, is a split worth it?
 */
export { simulate, type SimulateOptions } from './simulate.ts'
export type { Autoscaling, ScalingFigures, ScalingMoment } from './scaling/index.ts'
export { readCalibration } from './calibration/index.ts'
export { engineShapeOf } from './engine-shape.ts'
export type {
  EngineShape,
  FlowFigures,
  FlowGroup,
  FlowLimits,
  Percentiles,
  Simulation,
  SimulationResult,
  StepCost,
  Workload,
  WorkloadRequest,
} from './contract.ts'
export {
  judge,
  prefillOf,
  recommend,
  sweepAxes,
  sweepPoints,
  usualShare,
  withReplicas,
  type EngineChoice,
  type Recommendation,
  type Search,
  type Searching,
  type SweepAxis,
  type SweepPoint,
  type Tried,
  type Verdict,
} from './search/index.ts'
export { readMooncakeTrace, withinContext, workloadKinds, type WorkloadKind } from './workloads/index.ts'
