/**
 * What comes: recorded traces, and synthetic workloads that a seed determines.
 */
export type { WorkloadKind, WorkloadOptions } from './contract.ts'
export { workloadKinds } from './kinds.ts'
export { readMooncakeTrace } from './mooncake-trace.ts'
export { withinContext, type FittingWorkload } from './within-context.ts'
