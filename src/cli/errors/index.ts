/**
 * Errors as the command line tells them: four parts for people, one document for scripts.
 */
export { describeError } from './describe-error.ts'
export { errorDocument, renderError } from './render-error.ts'
