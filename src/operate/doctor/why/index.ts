/** Why a Fleet is slow, runs out of memory, or does not come up: causes in order, each with the line of the Fleet to change. */
export { diagnose, type Cause, type WhyQuestion } from './diagnose.ts'
export { gatherSymptoms } from './gather.ts'
