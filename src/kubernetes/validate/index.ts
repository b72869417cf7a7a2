/** Judges objects by their schemas, without a server. */
export type { ObjectProblem } from './problem.ts'
export { validateObject } from './validate-object.ts'
