/**
 * What a Fleet's status says: one word of health, and the table for people.
 */
export { judgeHealth, unhealthyParts } from './judge-health.ts'
export { problemLines, renderStatus, widthOf } from './render-status.ts'
export { RecentTtft, ttftSpanSeconds } from './recent-ttft.ts'
