/**
 * `fairlead images`: what a Fleet takes from registries, for people.
 */
export { openImages } from './open-images.ts'
export { renderImages } from './render-images.ts'
