/**
 * Flow control: what waits when every replica is busy, in which order it goes on, and who leaves. Pure: time and
 * randomness are handed in; who asks when is the gateway's and the simulator's.
 */
export { FlowQueue, type Enqueued } from './flow-queue.ts'
export { Entry, type WaitingRequest } from './entry.ts'
export { DrainRate } from './drain-rate.ts'
export { limitBySaturation, type ReportingReplica } from './saturation.ts'
export { retryAfterSeconds, type RetryAfterInput } from './retry-after.ts'
