/**
 * What is to be done, each thing once at a time: added as often as anybody likes, taken in the order of time, put off the longer
 * the more often it failed.
 */
export { WorkQueue, type QueueLimits, type TakenWork } from './work-queue.ts'
export { TokenBucket } from './token-bucket.ts'
