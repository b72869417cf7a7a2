/**
 * What `fairlead render --diff` tells: what differs from another rendering.
 */
export { readRendered, unifiedDiff } from './difference.ts'
