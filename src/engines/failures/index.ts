/**
 * How engines fail: what they say when they do, what it means, and which field of the Fleet mends it. Data and one
 * pure function; each entry names where its text was read.
 */
export type { EngineExit, EngineFailure, FailureExplanation, FailureMend, FailureRank } from './contract.ts'
export { explainFailure } from './explain.ts'
export { engineFailures } from './table.ts'
