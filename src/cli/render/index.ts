/**
 * What `fairlead render` does with artifacts: a folder, and what differs from another rendering.
 */
export { writeFolder, type WrittenFolder } from './write-folder.ts'
export { readRendered, unifiedDiff } from './difference.ts'
