/**
 * Kubernetes objects: their types, generated from the schemas of a real API server and of custom resource definitions. A field
 * that does not exist is a compile error where an object is written.
 */
export type * from './types/index.ts'
