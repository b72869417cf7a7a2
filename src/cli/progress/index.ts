/**
 * Progress of long work on standard error: redrawn lines for people, occasional lines for logs.
 */
export { createProgress } from './create-progress.ts'
