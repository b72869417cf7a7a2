/** What was decided of the replicas of a running Fleet, and why. */
export { explainScaling, type ScalingExplanation } from './explain-scaling.ts'
export { scalingReasonText } from './reason-text.ts'
export type { PoolScaling } from '../../observe/report/index.ts'
export type { ExplainedScaling, UnscaledPool } from '../../targets/index.ts'
