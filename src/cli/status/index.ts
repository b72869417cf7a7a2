/**
 * What a Fleet's status says: one word of health, and the table for people.
 */
export { judgeHealth } from './judge-health.ts'
export { renderStatus } from './render-status.ts'
