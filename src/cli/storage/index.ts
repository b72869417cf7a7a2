/**
 * `fairlead storage plan`: how a cluster keeps the models of a Fleet, and what each way takes.
 */
export { renderStorage } from './render-storage.ts'
export { withStorage } from './write-choice.ts'
