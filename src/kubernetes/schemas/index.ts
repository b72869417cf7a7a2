/** Schemas of the kinds that Fairlead writes, and how they are named in URLs. */
export { resourceOf, resourcePath, type Resource } from './resource.ts'
