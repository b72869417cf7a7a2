/**
 * The batching model: what one replica of an engine does step by step, as pure code without a clock. The simulator runs
 * it as fast as it can, the simulated engine's process in real time.
 */
export { BatchingEngine, type Step } from './batching-engine.ts'
export type { BatchingShape, BatchRequest, KvListener, StepCost } from './contract.ts'
export type { Sequence, SequenceState } from './sequence.ts'
export { stepMs, type StepWork } from './step-cost.ts'
