/**
 * Fields of the Fleet file, and requests that a gateway answered, as `fairlead explain` shows them.
 */
export { renderField, renderSections } from './render-field.ts'
export { renderRequest } from './render-request.ts'
