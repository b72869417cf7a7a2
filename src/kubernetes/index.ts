/**
 * Kubernetes objects: their types, generated from the schemas of a real API server and of custom resource definitions, and the
 * same schemas as data, by which an object is judged without a server. A field that does not exist is a compile error where an
 * object is written, and a problem of `validateObject` wherever it came from.
 */
export { resourceOf, resourcePath, type Resource } from './schemas/index.ts'
export { validateObject, type ObjectProblem } from './validate/index.ts'
export type * from './types/index.ts'
