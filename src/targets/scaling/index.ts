/**
 * Scaling over any platform: which pools of a Fleet are scaled, what their gateways say, and the rounds in which the
 * scheduler's decision (`src/scheduling/autoscale/`) is carried out. What differs between platforms is a `Scaler`.
 */
export type { CountedPool, GatewayReading, Scaler } from './contract.ts'
export { controllerName } from './controller-pods.ts'
export { rangeAnnotation, scaledRangeOf, type ScaledRange } from './scaled-range.ts'
export { poolsToScale, type ScaledPool, type UnscaledPool } from './scaled-pools.ts'
export { ScalingLoop } from './scaling-loop.ts'
export { explainedOf, toldOf, toldScalingSchema, type ExplainedScaling, type ToldScaling } from './told-scaling.ts'
