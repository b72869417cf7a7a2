/**
 * Room on the disk: checked before work of known size, and named when it runs out.
 */
export { checkRoom, diskFullError, isDiskFull } from './disk-space.ts'
export { existingFolder } from './existing-folder.ts'
