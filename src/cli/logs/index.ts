/**
 * Log lines as people read them: the gateway's JSON becomes a time, a level or a status, and words.
 */
export { renderLogLine } from './render-log-line.ts'
