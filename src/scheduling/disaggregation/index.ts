/** Prefill and decode on replicas of their own: when that pays, and who prefills. */
export { SplitBenefit, type ServedHow } from './split-benefit.ts'
export { choosePrefill } from './choose-prefill.ts'
export { SplittingPolicy } from './splitting-policy.ts'
