/**
 * What `fairlead doctor` shows: checks, causes, steps.
 */
export { renderCheck, renderSummary } from './render-checks.ts'
